package dev.evenkeel.store.postgres;

import java.nio.file.Path;

/**
 * Where the embedded server keeps its things.
 *
 * @param server directory of the server's own files; ours
 * @param cache where the bundled binaries are unpacked
 * @param finder where to look for binaries
 */
public record PostgresPlace(Path server, Path cache, PostgresFinder finder) {

    public PostgresPlace {
        server = server.toAbsolutePath().normalize();
        cache = cache.toAbsolutePath().normalize();
    }

    /** The usual places under a state directory, with the binaries of this machine. */
    public static PostgresPlace under(Path state) {
        return new PostgresPlace(state.resolve("server"), state.resolve("cache"), PostgresFinder.ofThisMachine());
    }

    public PostgresPlace with(PostgresFinder other) {
        return new PostgresPlace(server, cache, other);
    }

    /** Belongs to the user that PostgreSQL runs as; everything below is PostgreSQL's, nothing else of ours is here. */
    Path home() {
        return server.resolve("pg");
    }

    Path data() {
        return home().resolve("data");
    }

    /** Where initdb works; renamed to {@link #data()} when complete, so that a half-made directory is never used. */
    Path unfinishedData() {
        return home().resolve("data.new");
    }

    Path sockets() {
        return home().resolve("run");
    }

    /** Identity of the database: says that we made it, and holds its password. Mode 0600. */
    Path identity() {
        return server.resolve("pg.properties");
    }

    Path lock() {
        return server.resolve("pg.lock");
    }

    Path log() {
        return server.resolve("log").resolve("postgres.log");
    }
}
