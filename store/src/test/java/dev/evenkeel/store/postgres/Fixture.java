package dev.evenkeel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What the tests of this package share. */
final class Fixture {
    static final PostgresFinder NOTHING_INSTALLED = new PostgresFinder(Path.of("/nonexistent"), List.of(), true);

    private Fixture() {}

    static boolean weAreRoot() throws IOException {
        return RunAs.ourUid() == 0;
    }

    static void execute(Database database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static String ask(Database database, String query) throws SQLException {
        try (Connection connection = database.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    static void kill(long pid) throws IOException {
        Leftovers.signal("KILL", List.of(ProcessHandle.of(pid).orElseThrow()));
    }

    /** Waits until the question is answered with true; an exception counts as no. */
    static void eventually(String what, Callable<Boolean> question) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        @Nullable Exception last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (question.call()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        throw new AssertionError(what + " did not come about in time", last);
    }
}
