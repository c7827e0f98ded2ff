package dev.evenkeel.store;

import dev.evenkeel.store.postgres.EmbeddedPostgres;
import dev.evenkeel.store.postgres.PostgresPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;

/**
 * One PostgreSQL for all tests of this JVM; a run that was killed leaves one behind that the next run replaces. Each
 * test begins with empty tables.
 */
final class TestDatabase {
    static final PoolSettings SETTINGS = new PoolSettings(16, Duration.ofSeconds(3), Duration.ofSeconds(10));
    private static final EmbeddedPostgres SERVER = start();

    private TestDatabase() {}

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.start(
                    PostgresPlace.under(Path.of("target", "test-state").toAbsolutePath()));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            PgStore.open(server, SETTINGS).close();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static EmbeddedPostgres server() {
        return SERVER;
    }

    /** A store with its own pool, as another server process would have. */
    static PgStore open() {
        try {
            return PgStore.open(SERVER, SETTINGS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void empty() {
        execute(
                "TRUNCATE evenkeel.run, evenkeel.run_event, evenkeel.message, evenkeel.effect, evenkeel.hold,"
                        + " evenkeel.notice, evenkeel.ledger, evenkeel.lease RESTART IDENTITY",
                "UPDATE evenkeel.notice_counter SET last = 0");
    }

    static void execute(String... statements) {
        try (var connection = SERVER.connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(Arrays.toString(statements), e);
        }
    }

    static String ask(String query) {
        try (var connection = SERVER.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }
}
