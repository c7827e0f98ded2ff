package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Looks for PostgreSQL: installed ones under Debian's directory (newest first), then on the PATH, then the bundled one.
 * A data directory that exists decides the major version; only a new one gets the first found.
 *
 * @param debian directory with one subdirectory per major version
 * @param path directories to look in, as in {@code $PATH}
 * @param bundled whether the bundled binaries may be used
 */
public record PostgresFinder(Path debian, List<Path> path, boolean bundled) {

    public PostgresFinder {
        path = List.copyOf(path);
    }

    public static PostgresFinder ofThisMachine() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        List<Path> directories = path.isEmpty()
                ? List.of()
                : List.of(path.split(":")).stream()
                        .filter(entry -> entry.startsWith("/"))
                        .map(Path::of)
                        .toList();
        return new PostgresFinder(Path.of("/usr/lib/postgresql"), directories, true);
    }

    /**
     * @param wanted major version of the data directory, if there is one
     * @param data the data directory, for messages
     */
    PostgresInstall find(OptionalInt wanted, Path data, Path cache) throws PostgresTrouble {
        List<PostgresInstall> installed = installed();
        for (PostgresInstall install : installed) {
            if (wanted.isEmpty() || wanted.getAsInt() == install.version().major()) {
                return install;
            }
        }
        var bundle = bundled ? BundledPostgres.ofThisMachine() : Optional.<BundledPostgres>empty();
        if (bundle.isPresent()
                && (wanted.isEmpty()
                        || wanted.getAsInt() == bundle.get().version().major())) {
            return bundle.get().unpack(cache);
        }
        if (wanted.isEmpty()) {
            throw new PostgresTrouble(
                    Code.NO_BINARIES,
                    "No PostgreSQL found in " + debian + " or on the PATH, and none is bundled for "
                            + System.getProperty("os.arch")
                            + ". Install it (Debian: apt-get install postgresql), or use --database URL.");
        }
        throw wrongMajor(wanted.getAsInt(), data, installed, bundle);
    }

    private static PostgresTrouble wrongMajor(
            int wanted, Path data, List<PostgresInstall> installed, Optional<BundledPostgres> bundle) {
        List<String> here = new ArrayList<>();
        installed.forEach(install -> here.add(install.toString()));
        bundle.ifPresent(it -> here.add(it.version() + " (bundled)"));
        String found = here.isEmpty() ? "none" : here.stream().collect(Collectors.joining(", "));
        return new PostgresTrouble(
                Code.WRONG_MAJOR,
                "The data directory " + data + " was made by PostgreSQL " + wanted + "; found here: " + found
                        + ". Nothing was changed. Either install version " + wanted
                        + " (Debian: apt-get install postgresql-"
                        + wanted
                        + ") and start again, or move the data to the newer version: install both, stop Evenkeel,"
                        + " run pg_upgrade (or pg_dumpall with the old and psql with the new version) into a new directory,"
                        + " and put that in place of " + data + ".");
    }

    private List<PostgresInstall> installed() {
        List<PostgresInstall> found = new ArrayList<>();
        for (Path version : children(debian)) {
            probe(version, version.resolve("bin")).ifPresent(found::add);
        }
        found.sort(Comparator.comparing(PostgresInstall::version).reversed());
        for (Path directory : path) {
            Optional.ofNullable(directory.getParent())
                    .flatMap(root -> probe(root, directory))
                    .ifPresent(found::add);
        }
        return found;
    }

    private static List<Path> children(Path directory) {
        try (var entries = Files.list(directory)) {
            return entries.toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Empty when the directory has no PostgreSQL that runs. */
    static Optional<PostgresInstall> probe(Path root, Path bin) {
        if (!Files.isExecutable(bin.resolve("postgres")) || !Files.isExecutable(bin.resolve("initdb"))) {
            return Optional.empty();
        }
        try {
            var answer = Shell.run(bin.resolve("postgres").toString(), "--version");
            return answer.ok()
                    ? PostgresVersion.parse(answer.output())
                            .map(version -> new PostgresInstall(root, bin, version, false))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
