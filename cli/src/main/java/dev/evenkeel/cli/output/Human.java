package dev.evenkeel.cli.output;

import java.time.Duration;
import java.util.Locale;

/** Lengths of time and sizes as people write them. */
public final class Human {
    private Human() {}

    /** How long ago, in at most two units: {@code 42s}, {@code 3m12s}, {@code 5h40m}, {@code 12d}. */
    public static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, "m", seconds % 60, "s");
        }
        if (seconds < 86_400) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "m");
        }
        long days = seconds / 86_400;
        return days < 8 ? two(days, "d", seconds % 86_400 / 3600, "h") : days + "d";
    }

    /** A measured length: {@code 0 ms}, {@code 850 ms}, {@code 2.4 s}, {@code 41 s}, and from two minutes on as an age. */
    public static String length(Duration length) {
        long millis = length.toMillis();
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 10_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        return millis < 120_000 ? Math.round(millis / 1000.0) + " s" : age(length);
    }

    /** A size in binary units: {@code 512 B}, {@code 96 MiB}, {@code 1.5 GiB}. */
    public static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return size >= 100 || size == Math.rint(size)
                ? Math.round(size) + " " + units[unit]
                : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 ? large + largeUnit : large + largeUnit + small + smallUnit;
    }
}
