package dev.evenkeel.store.postgres;

import java.util.Optional;
import java.util.regex.Pattern;

/** Version of a PostgreSQL installation, as in {@code 15.18}. Data directories are compatible within one major. */
record PostgresVersion(int major, int minor) implements Comparable<PostgresVersion> {
    private static final Pattern NUMBERS = Pattern.compile("\\b(\\d{1,4})\\.(\\d{1,4})\\b");

    /** Reads the words of {@code postgres --version}, for example {@code postgres (PostgreSQL) 15.18 (Debian ...)}. */
    static Optional<PostgresVersion> parse(String text) {
        var match = NUMBERS.matcher(text);
        return match.find()
                ? Optional.of(new PostgresVersion(Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2))))
                : Optional.empty();
    }

    @Override
    public int compareTo(PostgresVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
