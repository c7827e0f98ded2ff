package dev.evenkeel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What tests with an embedded server share. */
public final class Fixture {
    static final PostgresFinder NOTHING_INSTALLED = new PostgresFinder(Path.of("/nonexistent"), List.of(), true);

    private Fixture() {}

    /** A state directory with a database that was created and cleanly shut down before; a copy is quicker than initdb. */
    private static final class Template {
        static final Path STATE = make();

        private static Path make() {
            try {
                Path state = Path.of("target", "template-state-" + System.getProperty("evenkeel.test.fork", "1"))
                        .toAbsolutePath();
                EmbeddedPostgres.start(PostgresPlace.under(state)).close();
                return state;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Gives a state directory its database, as if a server had run there before. */
    public static void haveRunBefore(Path state) throws IOException {
        var copied = Shell.run("cp", "-a", Template.STATE.resolve("server").toString(), state.toString() + "/");
        assertThat(copied.ok()).as(copied.output()).isTrue();
    }

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
    public static void eventually(String what, Callable<Boolean> question) {
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
