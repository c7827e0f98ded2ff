package dev.evenkeel.store.postgres;

import java.nio.file.Path;

/**
 * One usable set of PostgreSQL binaries.
 *
 * @param root directory that holds {@code bin}, {@code lib} and {@code share}, or for Debian's the version's directory
 * @param bin directory of {@code postgres} and {@code initdb}
 * @param ours whether we unpacked it ourselves under the state directory
 */
record PostgresInstall(Path root, Path bin, PostgresVersion version, boolean ours) {

    @Override
    public String toString() {
        return version + (ours ? " (bundled)" : " (" + bin + ")");
    }
}
