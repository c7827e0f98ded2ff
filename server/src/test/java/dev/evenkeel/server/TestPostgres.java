package dev.evenkeel.server;

import dev.evenkeel.store.postgres.EmbeddedPostgres;
import dev.evenkeel.store.postgres.PostgresPlace;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/** One PostgreSQL for all tests of this JVM, and an empty database in it for each that asks. */
final class TestPostgres {
    private static final Path STATE = Path.of("target", "test-state-" + System.getProperty("evenkeel.test.fork", "1"))
            .toAbsolutePath();
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final EmbeddedPostgres SERVER = start();

    private TestPostgres() {}

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.start(PostgresPlace.under(STATE));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The URL of a new, empty database. */
    static String emptyDatabase() {
        String name = "test_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        try (var connection = SERVER.connect();
                var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + name);
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        Properties known = new Properties();
        try (Reader in = Files.newBufferedReader(STATE.resolve("server").resolve("pg.properties"))) {
            known.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "postgresql://evenkeel:" + known.getProperty("password") + "@127.0.0.1:" + SERVER.port() + "/" + name;
    }
}
