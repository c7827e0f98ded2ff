package dev.evenkeel.store.postgres;

import static dev.evenkeel.store.postgres.Fixture.ask;
import static dev.evenkeel.store.postgres.Fixture.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    @TempDir
    Path state;

    @Test
    void whatWasCommittedIsThereAfterARestart() throws Exception {
        try (var postgres = start()) {
            execute(postgres, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')");
        }
        assertThat(Leftovers.on(place().data())).isEmpty();
        try (var postgres = start()) {
            assertThat(ask(postgres, "SELECT text FROM note")).isEqualTo("kept");
        }
    }

    @Test
    void itIsSafeAndPrivate() throws Exception {
        Fixture.haveRunBefore(state);
        try (var postgres = start()) {
            assertThat(ask(postgres, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(postgres, "SHOW full_page_writes")).isEqualTo("on");
            assertThat(ask(postgres, "SHOW data_checksums")).isEqualTo("on");
            assertThat(ask(postgres, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(postgres, "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            assertThat(ask(postgres, "SELECT rolpassword FROM pg_authid WHERE rolname = 'evenkeel'"))
                    .startsWith("SCRAM-SHA-256$");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(place().identity())))
                    .isEqualTo("rw-------");
            long server = postgres.pid().orElseThrow();
            assertThat(FileTree.owner(Path.of("/proc/" + server))).isNotZero();
        }
    }

    @Test
    void anotherPasswordIsRefused() throws Exception {
        Fixture.haveRunBefore(state);
        try (var postgres = start()) {
            var stranger = Connector.to("127.0.0.1", postgres.port(), Identity.USER, "guessed");
            assertThatThrownBy(() -> stranger.connect(Identity.DATABASE))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        }
    }

    @Test
    void closingTwiceIsFineAndASecondSupervisorIsRefusedMeanwhile() throws Exception {
        Fixture.haveRunBefore(state);
        var postgres = start();
        assertThatThrownBy(this::start)
                .isInstanceOfSatisfying(
                        PostgresTrouble.class,
                        e -> assertThat(e.code()).isEqualTo(PostgresTrouble.Code.ALREADY_RUNNING))
                .hasMessageContaining("--state");
        assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
        postgres.close();
        postgres.close();
        assertThat(postgres.trouble()).contains("shut down");
    }

    @Test
    void thePortIsKeptUnlessItIsTakenMeanwhile() throws Exception {
        Fixture.haveRunBefore(state);
        int first;
        try (var postgres = start()) {
            first = postgres.port();
        }
        try (var postgres = start()) {
            assertThat(postgres.port()).isEqualTo(first);
        }
        try (var squatter = new ServerSocket()) {
            squatter.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), first));
            try (var postgres = start()) {
                assertThat(postgres.port()).isNotEqualTo(first);
                assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void thereIsASocketForPsqlUnlessItsPathIsTooLongForTheKernel() throws Exception {
        Fixture.haveRunBefore(state);
        try (var postgres = start()) {
            assertThat(place().sockets().resolve(".s.PGSQL." + postgres.port())).exists();
        }
        Path deep = Files.createDirectories(state.resolve("d".repeat(60)).resolve("e".repeat(60)));
        Fixture.haveRunBefore(deep);
        try (var postgres = EmbeddedPostgres.start(PostgresPlace.under(deep))) {
            assertThat(ask(postgres, "SHOW unix_socket_directories")).isEmpty();
        }
    }

    @Test
    void theBundledBinariesDoTheSame() throws Exception {
        var place = place().with(Fixture.NOTHING_INSTALLED);
        try (var postgres = EmbeddedPostgres.start(place)) {
            execute(postgres, "CREATE TABLE note (text text)", "INSERT INTO note VALUES ('kept')");
            assertThat(postgres.describe()).contains("PostgreSQL 17.");
        }
        try (var postgres = EmbeddedPostgres.start(place)) {
            assertThat(ask(postgres, "SELECT text FROM note")).isEqualTo("kept");
        }
        // an installed version of another major does not push the bundled one aside once it made the data
        try (var postgres = start()) {
            assertThat(ask(postgres, "SELECT text FROM note")).isEqualTo("kept");
        }
    }

    @Test
    void aStateDirectoryThatTheUnprivilegedUserMayEnterNeedsNoMountNamespace() throws Exception {
        Fixture.haveRunBefore(state);
        assumeTrue(Fixture.weAreRoot(), "only root changes user");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var postgres = start()) {
            assertThat(sameMountNamespace(postgres)).isTrue();
        }
    }

    @Test
    void aStateDirectoryUnderOneThatOnlyRootMayEnterWorksToo() throws Exception {
        Fixture.haveRunBefore(state);
        assumeTrue(Fixture.weAreRoot(), "only root changes user");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        try (var postgres = start()) {
            assertThat(sameMountNamespace(postgres)).isFalse();
            assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
    }

    @Test
    void anInterruptedCreationIsDoneAgain() throws Exception {
        Files.createDirectories(place().unfinishedData().resolve("base"));
        Identity.fresh().write(place().identity());
        try (var postgres = start()) {
            assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
            assertThat(place().unfinishedData()).doesNotExist();
        }
    }

    @Test
    void closingRightAfterAKillLeavesNothingRunning() throws Exception {
        Fixture.haveRunBefore(state);
        for (int round = 0; round < 3; round++) {
            try (var postgres = start()) {
                Fixture.kill(postgres.pid().orElseThrow());
            }
            assertThat(Leftovers.on(place().data())).isEmpty();
        }
    }

    private static boolean sameMountNamespace(EmbeddedPostgres postgres) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/" + postgres.pid().orElseThrow() + "/ns/mnt"))
                .equals(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")));
    }

    private PostgresPlace place() {
        return PostgresPlace.under(state);
    }

    private EmbeddedPostgres start() throws PostgresTrouble {
        return EmbeddedPostgres.start(place());
    }
}
