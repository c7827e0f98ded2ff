package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What goes wrong while a host is emptied: moves that fail, hosts that fall silent, VMs that die, limits and cancels. */
class DrainTroubleTest {
    private final Given given = new Given();

    @Test
    void tryAgainAfterAFailureThatMayPass() {
        OneRun run = OneRun.draining(given, "vm-a");

        run.moveFails("vm-a", "LINK_LOST", Aftermath.UNCHANGED, true);
        assertThat(run.movesOrdered()).hasSize(1);

        run.waits(Duration.ofSeconds(5));
        assertThat(run.movesOrdered()).hasSize(2);
    }

    @Test
    void theNextTryGoesElsewhereWhereThereIsAnElsewhere() {
        OneRun run = OneRun.draining(given, "vm-a");
        String first = run.destinationOf("vm-a");

        run.moveFails("vm-a", "NO_MEMORY", Aftermath.UNCHANGED, true).waits(Duration.ofSeconds(5));

        assertThat(run.movesOrdered()).hasSize(2);
        assertThat(run.destinationOf("vm-a")).isNotEqualTo(first);
    }

    @Test
    void aVmThatKeepsFailingIsStuckAndTheHostIsNotTouched() {
        OneRun run = OneRun.draining(given, "vm-a");
        for (int i = 0; i < RunPolicy.DEFAULT.moveAttempts(); i++) {
            run.moveFails("vm-a", "LINK_LOST", Aftermath.UNCHANGED, true).waits(Duration.ofMinutes(1));
        }

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence()).containsEntry("vm-a", "LINK_LOST: it went wrong");
        assertThat(run.effects()).allMatch(effect -> effect instanceof Effect.MoveVm);
    }

    @Test
    void aHostThatIsSilentWhileItsVmsMoveIsShownToAPersonAndGoesOnWhenItIsBack() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        OneRun run = OneRun.updating(given, "h1").begins();
        given.host("h1").silent();
        run.waits(Duration.ofSeconds(15)).waits(Duration.ofSeconds(15)).waits(Duration.ofSeconds(15));
        assertThat(run.state()).isInstanceOf(HostRunState.Draining.class);

        run.waits(Duration.ofSeconds(15));
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.why().code()).isEqualTo("HOST_SILENT");
        assertThat(run.why().evidence()).containsEntry("vm-a", "on its way to host h2");

        given.host("h1").isSeen();
        run.moved("vm-a");
        assertThat(run.state()).isInstanceOf(HostRunState.Draining.class);
    }

    @Test
    void aVmThatWaitsItsTurnOnASilentHostIsShownToAPersonLikeOneThatMoves() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        OneRun run = OneRun.of(given, "h1", new Purpose.Evacuate()).begins();
        run.moved("vm-a");
        run.moveFails("vm-b", "LINK_LOST", Aftermath.UNCHANGED, true);
        given.host("h1").silent();
        for (int i = 0; i < 40; i++) {
            run.waits(Duration.ofSeconds(2));
        }
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.why().code()).isEqualTo("HOST_SILENT");
        assertThat(run.why().evidence()).containsEntry("vm-b", "waits for its turn");

        given.vm("vm-b").is(VmState.SHUT_OFF);
        given.host("h1").isSeen();
        run.told(new RunEvent.HostObserved(new HostId("h1"))).looksAtFreshObservations();
        assertThat(run.noticeTypes()).contains("VmDown");
        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void aVmThatWaitedItsTurnMovesOnceItsHostIsBack() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        OneRun run = OneRun.of(given, "h1", new Purpose.Evacuate()).begins();
        run.moveFails("vm-a", "LINK_LOST", Aftermath.UNCHANGED, true);
        given.host("h1").silent();
        for (int i = 0; i < 40; i++) {
            run.waits(Duration.ofSeconds(2));
        }
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);

        given.host("h1").isSeen();
        run.told(new RunEvent.HostObserved(new HostId("h1"))).looks();
        assertThat(run.movesOrdered()).hasSize(2);
        assertThat(run.noticeTypes()).doesNotContain("VmDown");
    }

    @Test
    void aServerThatWasAwayItselfFirstGivesTheHostTimeToReport() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        OneRun run = OneRun.updating(given, "h1").begins();
        given.host("h1").silent();

        run.waits(Duration.ofMinutes(5));
        assertThat(run.state()).isInstanceOf(HostRunState.Draining.class);
        run.waits(Duration.ofSeconds(15));
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
    }

    @Test
    void aHostThatFallsSilentIsWaitedForUntilTheLimit() {
        given.host("h1").runs("vm-a").silent();
        given.host("h2");

        OneRun run = OneRun.updating(given, "h1").begins();
        assertThat(run.effects()).isEmpty();

        run.waits(RunPolicy.DEFAULT.drain());
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("DRAIN_LIMIT");
    }

    @Test
    void atTheLimitMovesUnderWayAreAbortedAndWaitedFor() {
        OneRun run = OneRun.draining(given, "vm-a");

        run.waits(RunPolicy.DEFAULT.drain());
        assertThat(run.effects()).hasAtLeastOneElementOfType(Effect.AbortMove.class);
        assertThat(run.outcome()).isNull();
    }

    @Test
    void aCancelAbortsWhatMovesAndEndsWhenThatHasEnded() {
        OneRun run = OneRun.draining(given, "vm-a", "vm-b");
        run.cancelled();
        assertThat(run.effects().stream().filter(Effect.AbortMove.class::isInstance))
                .hasSize(2);
        assertThat(run.outcome()).isNull();

        run.moveFails("vm-a", "ABORTED", Aftermath.UNCHANGED, true);
        assertThat(run.outcome()).isNull();

        run.moved("vm-b");
        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.movesOrdered()).as("no move is tried again").hasSize(2);
    }

    @Test
    void aSecondCancelChangesNothing() {
        OneRun run = OneRun.draining(given, "vm-a").cancelled();
        int effects = run.effects().size();

        assertThat(run.cancelled().effects()).hasSize(effects);
    }

    @Test
    void aDeadVmIsCountedAndAlarmed() {
        OneRun run = OneRun.draining(given, "vm-a");

        run.moveFails("vm-a", "VM_DIED", Aftermath.VM_DEAD, false);

        assertThat(run.run().vmsLost()).isEqualTo(1);
        assertThat(run.noticeTypes()).contains("VmDied");
        assertThat(run.effects()).as("its owner did not ask for a restart").hasSize(1);
    }

    @Test
    void aDeadVmIsStartedOnlyWhereItsOwnerSaysSo() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").owner(restart());
        OneRun run = OneRun.updating(given, "h1").begins();

        run.moveFails("vm-a", "VM_DIED", Aftermath.VM_DEAD, false);
        assertThat(run.latest().effect()).isEqualTo(new Effect.StartVm(new VmId("vm-a")));
        assertThat(run.events()).as("nobody was told before").containsExactly("vm-a REBOOT started");

        run.told(OneRun.ended(run.latest().id(), new Outcome.Started(given.now(), false)));
        assertThat(run.events()).doesNotContain("vm-a REBOOT started");
        run.looks();
        assertThat(run.movesOrdered())
                .as("alive again, it is moved like any other")
                .hasSize(2);
    }

    @Test
    void aDeadVmThatRunsElsewhereIsNotStartedASecondTime() {
        given.host("h1").runs("vm-a");
        given.host("h2").runs("vm-a");
        given.vm("vm-a").owner(restart());
        given.host("h3");
        OneRun run = OneRun.updating(given, "h1").begins();

        run.moveFails("vm-a", "VM_DIED", Aftermath.VM_DEAD, false);

        assertThat(run.effects()).hasSize(1);
    }

    private static Intent restart() {
        return new Intent(
                Duration.ofSeconds(5),
                Intent.Migration.ALLOWED,
                false,
                Intent.Restart.NEVER,
                Intent.OnHostFailure.RESTART);
    }

    @Test
    void anUnknownMoveAsksAPersonAndKeepsEveryHold() {
        OneRun run = OneRun.draining(given, "vm-a", "vm-b");

        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.unknown()));

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.last().release()).isEmpty();
    }

    @Test
    void aMoveFarBeyondItsLimitAsksAPersonWithItsEvidence() {
        OneRun run = OneRun.draining(given, "vm-a");

        run.waits(RunPolicy.DEFAULT.move().plus(RunPolicy.DEFAULT.change()));

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.why().code()).isEqualTo("EFFECT_OVERDUE");
        assertThat(run.why().evidence()).containsEntry("vm", "vm-a").containsKey("effect");
    }
}
