package dev.evenkeel.store;

import dev.evenkeel.store.postgres.EmbeddedPostgres;
import dev.evenkeel.store.postgres.PostgresPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * One PostgreSQL for all tests of this JVM; a run that was killed leaves one behind that the next run replaces. Each
 * test begins with empty tables.
 */
final class TestDatabase {
    static final PoolSettings SETTINGS = new PoolSettings(16, Duration.ofSeconds(3), Duration.ofSeconds(10));
    private static final EmbeddedPostgres SERVER = start();

    /** Two stores with a pool each, as two server processes would have. */
    static final List<PgStore> STORES = List.of(open(), open());

    private TestDatabase() {}

    private static EmbeddedPostgres start() {
        try {
            EmbeddedPostgres server = EmbeddedPostgres.start(
                    PostgresPlace.under(Path.of("target", "test-state-" + System.getProperty("evenkeel.test.fork", "1"))
                            .toAbsolutePath()));
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            try (var connection = server.connect();
                    var statement = connection.createStatement()) {
                statement.execute("DROP SCHEMA IF EXISTS evenkeel CASCADE"); // of another state of this module
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static EmbeddedPostgres server() {
        return SERVER;
    }

    private static PgStore open() {
        try {
            PgStore store = PgStore.open(SERVER, SETTINGS);
            Runtime.getRuntime().addShutdownHook(new Thread(store::close));
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PgStore store() {
        return STORES.getFirst();
    }

    static void empty() {
        execute(
                """
                DO $$
                DECLARE tables text;
                BEGIN
                  SELECT string_agg(format('evenkeel.%I', tablename), ', ') INTO tables FROM pg_tables
                  WHERE schemaname = 'evenkeel' AND tablename NOT LIKE '%counter' AND tablename NOT LIKE '%head'
                    AND tablename <> 'flyway_schema_history';
                  SET LOCAL session_replication_role = replica; -- the audit trail refuses to be emptied
                  EXECUTE 'TRUNCATE ' || tables || ' RESTART IDENTITY';
                END $$
                """,
                "UPDATE evenkeel.notice_counter SET last = 0",
                "UPDATE evenkeel.audit_head SET sequence = 0, hash = ''");
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
