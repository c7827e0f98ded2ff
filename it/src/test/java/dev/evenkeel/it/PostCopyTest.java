package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.migrate.LiveMigration;
import dev.evenkeel.agent.migrate.MigrationRequest;
import dev.evenkeel.agent.migrate.MigrationResult;
import dev.evenkeel.agent.migrate.Standing;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What may go wrong once a VM has switched over to post-copy, its memory on two hosts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PostCopyTest {
    private MigrationLab lab;
    private LabVm vm;
    private LabHost from;
    private LabHost to;

    @BeforeAll
    void up() throws IOException {
        lab = MigrationLab.up("post");
        vm = lab.vm("busy");
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @BeforeEach
    void busy() throws IOException {
        from = lab.hostOf(vm);
        to = lab.other(from);
        vm.load(100, 80);
        try (Connection connection = lab.open(from)) {
            assertThat(lab.loads().refresh(connection)).isNotEmpty();
        }
    }

    @AfterEach
    void quick() throws IOException {
        from.unshape();
    }

    @Test
    void aLinkThatIsCutAndMendedCostsAGapAndNotTheVm() throws Exception {
        Instant before = Instant.now();
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = switchedOver(mover, lab.away(vm, PAUSE, true, CAP));
            from.stopLink(to);
            awaitBrokenOff();
            from.restoreLink(to);
            from.unshape();
            assertThat(move.get(3, TimeUnit.MINUTES)).isInstanceOf(MigrationResult.Moved.class);
        }
        lab.assertOnlyOn(to, vm);
        lab.assertUnharmed(vm, before);
        assertThat(lab.openRecords()).isEmpty();
    }

    @Test
    void aSourceThatDiesTakesTheVmWithItAndTheOtherHalfIsCleared() throws Exception {
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = switchedOver(mover, lab.away(vm, PAUSE, true, CAP));
            from.killQemu(vm.name());
            assertDead(move);
        }
        assertOffAndNothingLeft();
        startAgain();
    }

    @Test
    void aDestinationThatDiesTakesTheVmWithItAndTheOtherHalfIsCleared() throws Exception {
        try (LiveMigration mover = lab.moverOn(from)) {
            CompletableFuture<MigrationResult> move = switchedOver(mover, lab.away(vm, PAUSE, true, CAP));
            to.killQemu(vm.name());
            assertDead(move);
        }
        assertOffAndNothingLeft();
        startAgain();
    }

    @Test
    void aSourceHostThatLosesItsPowerIsSettledWhenItIsBack() throws Exception {
        MigrationRequest request = lab.away(vm, PAUSE, true, CAP);
        for (LabVm other : java.util.List.of(lab.vm("idle"), lab.vm("disk"))) {
            moveAway(other);
        }
        try (LiveMigration mover = lab.moverOn(from)) {
            switchedOver(mover, request);
            from.crash();
        }
        from.start();
        try (LiveMigration afterwards = lab.moverOn(from)) {
            assertThat(afterwards.probe(request.vm(), request.destinationUri())).isInstanceOf(Standing.Dead.class);
            assertThat(afterwards.resume(request))
                    .isInstanceOfSatisfying(
                            MigrationResult.Failed.class,
                            failed -> assertThat(failed.source()).isEqualTo(MigrationResult.Source.DEAD));
        }
        assertOffAndNothingLeft();
        startAgain();
    }

    private static final Duration PAUSE = Duration.ofMillis(700);
    private static final Bytes CAP = Bytes.ofMiB(40);

    /** Starts a move and waits until the guest runs on the destination with part of its memory. */
    private CompletableFuture<MigrationResult> switchedOver(LiveMigration mover, MigrationRequest request)
            throws IOException {
        CompletableFuture<MigrationResult> move = CompletableFuture.supplyAsync(
                () -> mover.migrate(request), r -> Thread.ofPlatform().start(r));
        assertThat(Await.until(MigrationLab.PATIENCE, () -> move.isDone() || slowedDown(request)))
                .isTrue();
        assertThat(Await.until(MigrationLab.PATIENCE, () -> move.isDone() || runsThere(request)))
                .isTrue();
        assertThat(move.isDone()).as("it is still in post-copy").isFalse();
        return move;
    }

    /** Once memory is on its way the link becomes slow, so that the rest of it takes its time. */
    private boolean slowedDown(MigrationRequest request) throws IOException {
        try (Connection connection = lab.open(from);
                Domain domain =
                        connection.domain(UUID.fromString(request.vm().value())).orElseThrow()) {
            if (domain.state().isInPostCopy()) {
                from.shape(4);
                return true;
            }
            return false;
        }
    }

    private boolean runsThere(MigrationRequest request) {
        try (Connection connection = lab.open(to);
                Domain domain =
                        connection.domain(UUID.fromString(request.vm().value())).orElse(null)) {
            return domain != null && domain.state().isRunning();
        }
    }

    private void awaitBrokenOff() throws IOException {
        assertThat(Await.until(
                        MigrationLab.PATIENCE,
                        () -> from.virsh("domstate", "--reason", vm.name()).contains("post-copy failed")))
                .isTrue();
    }

    private static void assertDead(CompletableFuture<MigrationResult> move) throws Exception {
        assertThat(move.get(2, TimeUnit.MINUTES)).isInstanceOfSatisfying(MigrationResult.Failed.class, failed -> {
            System.out.println(failed);
            assertThat(failed.source()).isEqualTo(MigrationResult.Source.DEAD);
            assertThat(failed.why().code()).isEqualTo("VM_DEAD");
        });
    }

    private void assertOffAndNothingLeft() throws IOException {
        assertThat(from.virsh("domstate", vm.name())).contains("shut off");
        assertThat(to.virsh("list", "--all", "--name").lines()).doesNotContain(vm.name());
        assertThat(lab.openRecords()).isEmpty();
    }

    /** What its owner may have asked for, and the next move works. */
    private void startAgain() throws IOException {
        Instant now = Instant.now();
        if (!from.tryVirsh("start", vm.name()).ok()) {
            // This host's daemon may still wait for a word of the destination's about the move; a new one knows the VM
            // is off.
            from.killLibvirtd();
            assertThat(Await.until(
                            MigrationLab.PATIENCE,
                            () -> from.tryVirsh("start", vm.name()).ok()))
                    .isTrue();
        }
        assertThat(vm.awaitBeat(now, MigrationLab.PATIENCE)).isTrue();
        from.unshape();
        moveAway(vm);
    }

    private void moveAway(LabVm any) throws IOException {
        if (lab.hostOf(any).number() == from.number()) {
            try (LiveMigration mover = lab.moverOn(from)) {
                assertThat(mover.migrate(lab.away(any))).isInstanceOf(MigrationResult.Moved.class);
            }
        }
    }
}
