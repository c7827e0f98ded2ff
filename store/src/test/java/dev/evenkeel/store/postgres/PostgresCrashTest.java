package dev.evenkeel.store.postgres;

import static dev.evenkeel.store.postgres.Fixture.ask;
import static dev.evenkeel.store.postgres.Fixture.eventually;
import static dev.evenkeel.store.postgres.Fixture.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left after somebody was killed without a word. */
class PostgresCrashTest {

    @TempDir
    Path state;

    private final List<Process> supervisors = new ArrayList<>();

    @BeforeEach
    void haveRunBefore() throws Exception {
        Fixture.haveRunBefore(state);
    }

    @AfterEach
    void noSupervisorSurvives() throws Exception {
        for (Process supervisor : supervisors) {
            supervisor.destroyForcibly().waitFor();
        }
        EmbeddedPostgres.stopLeftover(state);
    }

    @Test
    void aKilledServerComesBackWithWhatWasCommitted() throws Exception {
        try (var postgres = EmbeddedPostgres.start(place())) {
            execute(postgres, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')");
            for (int round = 0; round < 3; round++) {
                long pid = postgres.pid().orElseThrow();
                Fixture.kill(pid);
                eventually("PostgreSQL runs again", () -> postgres.pid().orElse(pid) != pid);
                assertThat(ask(postgres, "SELECT text FROM note")).isEqualTo("kept");
            }
            assertThat(postgres.trouble()).isEmpty();
        }
    }

    @Test
    void aKilledBackendDoesNotTakeTheServerWithIt() throws Exception {
        try (var postgres = EmbeddedPostgres.start(place())) {
            long before = postgres.pid().orElseThrow();
            try (var connection = postgres.connect();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT pg_backend_pid()")) {
                row.next();
                Fixture.kill(row.getLong(1));
            }
            eventually("PostgreSQL answers", () -> ask(postgres, "SELECT 1").equals("1"));
            assertThat(postgres.pid()).contains(before);
        }
    }

    @Test
    void theServerOfAKilledSupervisorIsReplacedAndNothingIsLost() throws Exception {
        Process supervisor = supervisorProcess();
        long orphan = Long.parseLong(supervisor.inputReader().readLine());
        assertThatThrownBy(() -> EmbeddedPostgres.start(place()))
                .as("while the other supervisor lives")
                .hasMessageContaining("process " + supervisor.pid());
        supervisor.destroyForcibly().waitFor();
        assertThat(ProcessHandle.of(orphan)).as("the server outlives it").isPresent();

        try (var postgres = EmbeddedPostgres.start(place())) {
            assertThat(postgres.pid()).isPresent().isNotEqualTo(Optional.of(orphan));
            assertThat(ask(postgres, "SELECT text FROM note")).isEqualTo("kept");
        }
        assertThat(Leftovers.on(place().data())).isEmpty();
    }

    @Test
    void whenSupervisorAndServerAreKilledTogetherTheStalePidFileIsNoObstacle() throws Exception {
        Process supervisor = supervisorProcess();
        long server = Long.parseLong(supervisor.inputReader().readLine());
        supervisor.destroyForcibly().waitFor();
        Fixture.kill(server);
        assertThat(PidFile.in(place().data())).exists();

        try (var postgres = EmbeddedPostgres.start(place())) {
            assertThat(ask(postgres, "SELECT text FROM note")).isEqualTo("kept");
        }
    }

    @Test
    void aPidFileThatNamesAnotherProgramIsNoObstacle() throws Exception {
        Path pidFile = PidFile.in(place().data());
        Files.writeString(pidFile, ProcessHandle.current().pid() + "\n" + place().data() + "\n0\n5432\n\n\n\n");
        try (var postgres = EmbeddedPostgres.start(place())) {
            assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void aLeftoverServerCanBeStoppedWithoutStartingAnother() throws Exception {
        Process supervisor = supervisorProcess();
        supervisor.inputReader().readLine();
        supervisor.destroyForcibly().waitFor();
        assertThat(Leftovers.on(place().data())).isNotEmpty();
        EmbeddedPostgres.stopLeftover(state);
        assertThat(Leftovers.on(place().data())).isEmpty();
        assertThat(PidFile.in(place().data())).doesNotExist();
    }

    @Test
    void aFullDiskIsToldAndTheServerComesBackWhenThereIsRoomAgain() throws Exception {
        assumeTrue(Fixture.weAreRoot(), "only root mounts");
        var mounted = Shell.run("mount", "-t", "tmpfs", "-o", "size=180m", "evenkeel-test", state.toString());
        assumeTrue(mounted.ok(), "this root may not mount: " + mounted.output());
        Fixture.haveRunBefore(state); // on the new file system
        try (var postgres = EmbeddedPostgres.start(place())) {
            execute(postgres, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')");
            Path ballast = state.resolve("ballast");
            Shell.run("dd", "if=/dev/zero", "of=" + ballast, "bs=64k");
            assertThat(Files.getFileStore(state).getUsableSpace()).isLessThan(64 << 10);
            assertThatThrownBy(() -> execute(
                            postgres,
                            "CREATE TABLE big AS SELECT repeat(md5(i::text), 50) FROM generate_series(1, 40000) i"))
                    .hasMessageContaining("No space left on device");
            // the write-ahead log cannot grow either: PostgreSQL panics, and its recovery panics again
            long first = postgres.pid().orElse(0L);
            eventually("the log is full", () -> {
                try {
                    execute(postgres, "SELECT pg_switch_wal()", "INSERT INTO note VALUES ('more')");
                } catch (SQLException e) {
                    return postgres.trouble().orElse("").contains("No space left on device");
                }
                return false;
            });
            assertThat(postgres.trouble().orElseThrow()).contains("Make room");
            Files.delete(ballast);
            eventually("PostgreSQL runs again", () -> postgres.trouble().isEmpty());
            assertThat(postgres.pid()).isNotEqualTo(Optional.of(first));
            assertThat(ask(postgres, "SELECT min(text) FROM note")).isEqualTo("kept");
        } finally {
            Shell.run("umount", state.toString());
        }
    }

    /** Another JVM that starts the server, writes a note and tells the server's pid. */
    private Process supervisorProcess() throws Exception {
        Process process = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SupervisorProcess.class.getName(),
                        state.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        supervisors.add(process);
        return process;
    }

    private PostgresPlace place() {
        return PostgresPlace.under(state);
    }
}
