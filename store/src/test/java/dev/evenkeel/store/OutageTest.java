package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.commit;
import static dev.evenkeel.store.Runs.run;
import static dev.evenkeel.store.Runs.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.core.engine.Commit.Result;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.store.StoreUnavailable.Reason;
import dev.evenkeel.store.postgres.Database;
import dev.evenkeel.store.postgres.EmbeddedPostgres;
import dev.evenkeel.store.postgres.Fixture;
import dev.evenkeel.store.postgres.PostgresPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store says while the database is away, and that it is itself again afterwards. */
class OutageTest {
    private static final PoolSettings IMPATIENT = new PoolSettings(4, Duration.ofMillis(500), Duration.ofSeconds(2));

    @TempDir
    Path state;

    @Test
    void aStoreWhoseServerIsKilledRecoversByItselfAndKeepsWhatWasCommitted() throws Exception {
        try (var server = start();
                var store = PgStore.open(server, IMPATIENT)) {
            Lease lease = create(store);
            long version = 1;
            for (int round = 0; round < 3; round++) {
                long pid = server.pid().orElseThrow();
                shell("kill", "-KILL", Long.toString(pid));
                version = commitOnceThrough(store, lease); // perhaps by a backend that has not noticed yet
                Fixture.eventually(
                        "the server is started again", () -> server.pid().orElse(pid) != pid);
            }
            commitOnceThrough(store, lease);
            assertThat(store.runs().story(new RunId("r1"))).hasSize((int) version + 1);
        }
    }

    @Test
    void aServerThatIsStoppedIsUnreachableUntilItIsBack() throws Exception {
        Path log = state.resolve("url");
        EmbeddedPostgres first = start();
        Files.writeString(log, url(first));
        try (var database = Database.open(Files.readString(log), state, Map.of());
                var store = PgStore.open(database, IMPATIENT)) {
            create(store);
            first.close();
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThatThrownBy(() -> store.runs().load(new RunId("r1")))
                        .isInstanceOfSatisfying(
                                StoreUnavailable.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE));
            }
            try (var second = start()) {
                assertThat(url(second)).as("its port is kept").isEqualTo(url(first));
                Fixture.eventually(
                        "the store answers",
                        () -> store.runs().load(new RunId("r1")).isPresent());
            }
        }
    }

    @Test
    void theReasonOfTheSupervisorIsPassedOn() throws Exception {
        EmbeddedPostgres server = start();
        try (var store = PgStore.open(server, IMPATIENT)) {
            server.close();
            assertThatThrownBy(() -> store.runs().holds())
                    .isInstanceOf(StoreUnavailable.class)
                    .hasMessageContaining("shut down");
        }
    }

    @Test
    void aFrozenServerCostsTheTimeOfOneStatementAndNoMore() throws Exception {
        try (var server = start();
                var store = PgStore.open(server, IMPATIENT)) {
            Lease lease = create(store);
            try (var other = server.connect();
                    var statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE evenkeel.run IN ACCESS EXCLUSIVE MODE");
                assertThatThrownBy(() -> store.runs().commit(commit(lease, 1, Step.ignore(run("r1")))))
                        .isInstanceOfSatisfying(
                                StoreUnavailable.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED));
            }
            assertThat(store.runs().commit(commit(lease, 1, Step.ignore(run("r1")))))
                    .isEqualTo(new Result.Committed(2));
        }
    }

    @Test
    void aFullDiskIsNamedAndLeavesNothingHalfWritten() throws Exception {
        assumeTrue(shell("id", "-u").equals("0"), "only root mounts");
        assumeTrue(mount(), "this root may not mount");
        Path ballast = state.resolve("ballast");
        try (var server = start();
                var store = PgStore.open(server, IMPATIENT)) {
            Lease lease = create(store);
            shell("dd", "if=/dev/zero", "of=" + ballast, "bs=64k");
            StoreUnavailable full = commitUntilFull(store, lease);
            assertThat(full).hasMessageContaining("No space left on device");

            Files.delete(ballast);
            long version = commitOnceThrough(store, lease);
            // every commit that said so is there, and every effect of them, none twice
            assertThat(store.runs().story(new RunId("r1"))).hasSize((int) version);
            assertThat(store.runs().effects(new RunId("r1"))).hasSize((int) version - 1);
        } finally {
            shell("umount", state.toString());
        }
    }

    /** Large steps, so that the write-ahead log soon needs a new segment. */
    private static StoreUnavailable commitUntilFull(PgStore store, Lease lease) {
        for (int i = 0; i < 2000; i++) {
            try {
                commitNext(store, lease, 200);
            } catch (StoreUnavailable e) {
                if (e.reason() == Reason.DISK_FULL) {
                    return e;
                }
            }
        }
        throw new AssertionError("the disk did not fill up");
    }

    private static long commitOnceThrough(PgStore store, Lease lease) {
        long[] version = {0};
        Fixture.eventually("a commit goes through", () -> {
            version[0] = commitNext(store, lease, 1);
            return true;
        });
        return version[0];
    }

    /** As the engine does it: load, then commit on what was loaded. */
    private static long commitNext(PgStore store, Lease lease, int notices) {
        long version = store.runs().load(new RunId("r1")).orElseThrow().version();
        Step.Builder step = Runs.order("r1/" + version);
        for (int i = 0; i < notices; i++) {
            step.notice(Runs.notice("r1", "x".repeat(200)));
        }
        assertThat(store.runs().commit(commit(lease, version, step.to(run("r1")))))
                .isEqualTo(new Result.Committed(version + 1));
        return version + 1;
    }

    private static Lease create(PgStore store) {
        Lease lease = store.runs().acquire(SHARD, "server-1", TTL).orElseThrow();
        store.runs().commit(commit(lease, 0, new RunEvent.RunOrdered(), step().to(run("r1"))));
        return lease;
    }

    private EmbeddedPostgres start() throws IOException {
        if (Files.notExists(state.resolve("server"))) {
            Fixture.haveRunBefore(state);
        }
        return EmbeddedPostgres.start(PostgresPlace.under(state));
    }

    private String url(EmbeddedPostgres server) throws IOException {
        String password = Files.readAllLines(state.resolve("server/pg.properties")).stream()
                .filter(line -> line.startsWith("password="))
                .findFirst()
                .orElseThrow()
                .substring("password=".length());
        return "postgresql://evenkeel:" + password + "@127.0.0.1:" + server.port() + "/evenkeel";
    }

    private boolean mount() throws Exception {
        shell("mount", "-t", "tmpfs", "-o", "size=200m", "evenkeel-test", state.toString());
        return Files.getFileStore(state).type().equals("tmpfs")
                && Files.getFileStore(state).getTotalSpace() == 200L << 20;
    }

    private static String shell(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }
}
