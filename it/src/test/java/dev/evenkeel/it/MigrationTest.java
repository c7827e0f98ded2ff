package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.migrate.LiveMigration;
import dev.evenkeel.agent.migrate.Measurements;
import dev.evenkeel.agent.migrate.MigrationRequest;
import dev.evenkeel.agent.migrate.MigrationResult;
import dev.evenkeel.agent.migrate.Standing;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Moves of real VMs, as they should go and as they may go wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigrationTest {
    /** Slower than a busy VM writes. */
    private static final Bytes TOO_SLOW = Bytes.ofMiB(4);

    /** Slow enough for things to happen on the way. QEMU samples one page for 2 MiB, so an idle VM may be seen to write 4 MiB/s. */
    private static final Bytes SLOW = Bytes.ofMiB(8);

    private MigrationLab lab;

    @BeforeAll
    void up() throws IOException {
        lab = MigrationLab.up("move");
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void quiet() throws IOException {
        lab.vm("busy").load(0, 1);
    }

    @Test
    void anIdleVmMoves() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        Instant before = Instant.now();
        Measurements measured = moved(lab.away(vm));
        assertThat(measured.stop()).isLessThan(Duration.ofSeconds(2));
        assertThat(measured.forecast()).isPresent();
        lab.assertOnlyOn(lab.other(from), vm);
        lab.assertUnharmed(vm, before);
        assertThat(lab.openRecords()).isEmpty();
    }

    @Test
    void aBusyVmMovesWithinItsPause() throws Exception {
        LabVm vm = lab.vm("busy");
        LabHost from = lab.hostOf(vm);
        vm.load(40, 64);
        measureLoad(from);
        Instant before = Instant.now();
        Measurements measured = moved(lab.away(vm));
        Instant after = Instant.now();
        lab.assertOnlyOn(lab.other(from), vm);
        lab.assertUnharmed(vm, before);
        assertThat(measured.stop()).isLessThan(Duration.ofSeconds(2));
        assertThat(vm.pulse().stop(before, after))
                .hasValueSatisfying(s -> assertThat(s).isLessThan(Duration.ofSeconds(2)));
    }

    @Test
    void aVmWithItsOwnDiskTakesItAlong() throws Exception {
        LabVm vm = lab.vm("disk");
        LabHost from = lab.hostOf(vm);
        Instant before = Instant.now();
        moved(lab.away(vm));
        lab.assertOnlyOn(lab.other(from), vm);
        lab.assertUnharmed(vm, before);
        assertThat(lab.images(from)).doesNotContain("disk.qcow2");
        assertThat(lab.images(lab.other(from))).contains("disk.qcow2");
    }

    @Test
    void aVmThatWouldNeverConvergeIsRefusedWithTheForecast() throws Exception {
        LabVm vm = lab.vm("busy");
        LabHost from = lab.hostOf(vm);
        vm.load(150, 128);
        measureLoad(from);
        Instant before = Instant.now();
        MigrationRequest request = lab.away(vm, Duration.ofMillis(300), false, TOO_SLOW);
        try (LiveMigration mover = lab.moverOn(from)) {
            assertThat(mover.migrate(request))
                    .isInstanceOfSatisfying(
                            MigrationResult.Refused.class,
                            refused -> assertThat(refused.why())
                                    .extracting(Refusal::code)
                                    .containsExactly("WOULD_NOT_CONVERGE"));
        }
        lab.assertOnlyOn(from, vm);
        lab.assertUnharmed(vm, before);
    }

    @Test
    void theSameVmGoesByPostCopyWhereItsOwnerAllowsIt() throws Exception {
        LabVm vm = lab.vm("busy");
        LabHost from = lab.hostOf(vm);
        vm.load(150, 96);
        measureLoad(from);
        Instant before = Instant.now();
        Measurements measured = moved(lab.away(vm, Duration.ofMillis(700), true, Bytes.ofMiB(40)));
        assertThat(measured.postCopy()).isTrue();
        lab.assertOnlyOn(lab.other(from), vm);
        lab.assertUnharmed(vm, before);
    }

    @Test
    void anOwnersNeverIsKept() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        wish(from, vm, "<vm migration='never'/>");
        try (LiveMigration mover = lab.moverOn(from)) {
            assertThat(mover.check(lab.away(vm))).extracting(Refusal::code).containsExactly("MIGRATION_NEVER");
        } finally {
            wish(from, vm, "<vm migration='allowed'/>");
        }
    }

    @Test
    void aMoveGivenUpInTheMiddleLeavesTheVmWhereItIs() throws Exception {
        LabVm vm = lab.vm("disk");
        LabHost from = lab.hostOf(vm);
        Instant before = Instant.now();
        MigrationRequest request = lab.away(vm, Duration.ofSeconds(2), false, SLOW);
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = start(from, mover, request);
            mover.abort(request.vm());
            assertFailed(move, "ABORTED");
        }
        assertNothingLeft(vm, from, before);
    }

    @Test
    void theDestinationsVmmKilledOnTheWayCostsNothing() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        Instant before = Instant.now();
        MigrationRequest request = lab.away(vm, Duration.ofSeconds(2), false, SLOW);
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = start(from, mover, request);
            lab.other(from).killQemu(vm.name());
            assertFailed(move, "MIGRATION_FAILED");
        }
        assertNothingLeft(vm, from, before);
        moved(lab.away(vm));
    }

    @Test
    void aLinkCutOnTheWayCostsNothing() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        Instant before = Instant.now();
        MigrationRequest request = lab.away(vm, Duration.ofSeconds(2), false, SLOW);
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = start(from, mover, request);
            from.stopLink(lab.other(from));
            try {
                assertFailed(move, "LINK_LOST");
            } finally {
                from.restoreLink(lab.other(from));
            }
        }
        assertNothingLeft(vm, from, before);
        moved(lab.away(vm));
    }

    @Test
    void thisHostsDaemonKilledOnTheWayCostsNothing() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        Instant before = Instant.now();
        MigrationRequest request = lab.away(vm, Duration.ofSeconds(2), false, SLOW);
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = start(from, mover, request);
            from.killLibvirtd();
            assertFailed(move, "LINK_LOST");
        }
        assertNothingLeft(vm, from, before);
        moved(lab.away(vm));
    }

    @Test
    void aMoveThatOutlivesItsAgentIsTakenUp() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        LabHost to = lab.other(from);
        MigrationRequest request = lab.away(vm);
        CompletableFuture<String> byHand = CompletableFuture.supplyAsync(() -> {
            try {
                return from.virsh(
                        "migrate",
                        "--live",
                        "--p2p",
                        "--persistent",
                        "--undefinesource",
                        "--bandwidth",
                        "30",
                        vm.name(),
                        to.plainUri());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try (LiveMigration afterRestart = lab.moverOn(from)) {
            lab.awaitMoving(from, request);
            assertThat(afterRestart.resume(request)).isInstanceOf(MigrationResult.Moved.class);
            assertThat(afterRestart.probe(request.vm(), request.destinationUri()))
                    .isInstanceOf(Standing.AtDestination.class);
        }
        byHand.get(1, TimeUnit.MINUTES);
        lab.assertOnlyOn(to, vm);
    }

    @Test
    void aVmmThatDiesOnTheWayIsReportedDeadAtOnce() throws Exception {
        LabVm vm = lab.vm("idle");
        LabHost from = lab.hostOf(vm);
        MigrationRequest request = lab.away(vm, Duration.ofSeconds(2), false, SLOW);
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = start(from, mover, request);
            from.killQemu(vm.name());
            assertThat(move.get(2, TimeUnit.MINUTES)).isInstanceOfSatisfying(MigrationResult.Failed.class, failed -> {
                assertThat(failed.source()).isEqualTo(MigrationResult.Source.DEAD);
                assertThat(failed.why().code()).isEqualTo("VM_DEAD");
            });
        }
        Instant restarted = Instant.now();
        from.virsh("start", vm.name());
        assertThat(vm.awaitBeat(restarted, MigrationLab.PATIENCE)).isTrue();
        lab.assertOnlyOn(from, vm);
    }

    private void measureLoad(LabHost host) {
        try (Connection connection = lab.open(host)) {
            assertThat(lab.loads().refresh(connection)).isNotEmpty();
        }
    }

    private Measurements moved(MigrationRequest request) throws IOException {
        LabHost from = lab.hostOf(request.vm());
        try (LiveMigration mover = lab.moverOn(from)) {
            MigrationResult result = mover.migrate(request);
            System.out.println(result);
            assertThat(result).isInstanceOf(MigrationResult.Moved.class);
            return ((MigrationResult.Moved) result).measurements();
        }
    }

    private CompletableFuture<MigrationResult> start(LabHost from, LiveMigration mover, MigrationRequest request)
            throws IOException {
        return lab.start(from, mover, request);
    }

    private static void assertFailed(CompletableFuture<MigrationResult> move, String code) throws Exception {
        MigrationResult result = move.get(2, TimeUnit.MINUTES);
        System.out.println(result);
        assertThat(result).isInstanceOfSatisfying(MigrationResult.Failed.class, failed -> {
            assertThat(failed.why().code()).isEqualTo(code);
            assertThat(failed.source()).isEqualTo(MigrationResult.Source.RUNNING);
        });
    }

    private void assertNothingLeft(LabVm vm, LabHost from, Instant since) throws IOException {
        assertThat(Await.until(MigrationLab.PATIENCE, () -> lab.other(from).alive()))
                .isTrue();
        lab.assertOnlyOn(from, vm);
        lab.assertUnharmed(vm, since);
        assertThat(lab.images(lab.other(from))).doesNotContain(vm.name());
        assertThat(lab.openRecords()).isEmpty();
    }

    private static void wish(LabHost host, LabVm vm, String element) throws IOException {
        host.virsh(
                "metadata",
                vm.name(),
                "--uri",
                "https://evenkeel.dev/xmlns/vm/1",
                "--key",
                "ek",
                "--set",
                element,
                "--live");
    }
}
