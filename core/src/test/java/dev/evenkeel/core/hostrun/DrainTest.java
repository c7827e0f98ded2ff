package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DrainTest {
    private final Given given = new Given();

    private OneRun drainOf(String... vms) {
        given.host("h1").runs(vms);
        given.host("h2");
        given.host("h3");
        return OneRun.updating(given, "h1").begins();
    }

    @Test
    void movesAFewVmsAtATimeAndThenAppliesTheUpdate() {
        OneRun run = drainOf("vm-a", "vm-b", "vm-c");
        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-b");

        run.moved("vm-a");
        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-b", "vm-c");

        run.moved("vm-b").moved("vm-c").looksAtFreshObservations();
        assertThat(run.latest().effect())
                .isEqualTo(new Effect.ApplyUpdate(Given.UPDATE, dev.evenkeel.core.update.Method.MIGRATE));
        assertThat(run.run().moved()).isEqualTo(3);
    }

    @Test
    void holdsEachVmWhileItMovesAndNoLonger() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        OneRun run =
                OneRun.updating(given, "h1").told(new RunEvent.RunOrdered()).told(new RunEvent.TimerFired());
        assertThat(run.last().acquire()).containsExactly(new Hold("vm:vm-a", 1));

        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.movedTo(new HostId("h2"))));
        assertThat(run.last().release()).containsExactly("vm:vm-a");
    }

    @Test
    void passesTheOwnersLimitsOnWithTheOrder() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a")
                .owner(new Intent(
                        Duration.ofMillis(700),
                        Intent.Migration.ALLOWED,
                        true,
                        Intent.Restart.NEVER,
                        Intent.OnHostFailure.LEAVE));

        OneRun run = OneRun.updating(given, "h1").begins();

        assertThat(run.latest().effect())
                .isEqualTo(new Effect.MoveVm(
                        new VmId("vm-a"),
                        new HostId("h1"),
                        new HostId("h2"),
                        "h2.mgmt",
                        Duration.ofMillis(700),
                        true,
                        RunPolicy.DEFAULT.move()));
    }

    @Test
    void writesForecastAndMeasuredPauseSideBySideIntoTheLedger() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").pauses(Duration.ofMillis(120));
        OneRun run = OneRun.updating(given, "h1").begins();

        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.movedTo(new HostId("h2"))));

        assertThat(run.last().ledger())
                .singleElement()
                .extracting(LedgerEntry::forecastStop, LedgerEntry::stop, LedgerEntry::to)
                .containsExactly(Duration.ofMillis(120), Duration.ofMillis(40), new HostId("h2"));
    }

    @Test
    void spreadsVmsThatMoveAtTheSameTime() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2").memory(2000);
        given.host("h3").memory(1900);

        OneRun run = OneRun.updating(given, "h1").begins();

        assertThat(run.destinationOf("vm-a")).isEqualTo("h2");
        assertThat(run.destinationOf("vm-b")).as("h2 is promised to vm-a").isEqualTo("h3");
    }

    @Test
    void disturbsOneVmOfAnAvailabilitySetAtATime() {
        given.host("h1").runs("vm-a", "vm-b", "vm-c");
        given.host("h2");
        given.host("h3");
        given.vm("vm-a").inSet("web");
        given.vm("vm-b").inSet("web");

        OneRun run = OneRun.updating(given, "h1").begins();
        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-c");

        run.moved("vm-a").moved("vm-c");
        assertThat(run.movesOrdered()).endsWith("vm-b");
        assertThat(run.last().acquire()).isEmpty();
    }

    @Test
    void holdsTheAvailabilitySetAgainstOtherRuns() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").inSet("web");

        OneRun run =
                OneRun.updating(given, "h1").told(new RunEvent.RunOrdered()).told(new RunEvent.TimerFired());

        assertThat(run.last().acquire()).containsExactly(new Hold("vm:vm-a", 1), new Hold("set:web", 1));
    }

    @Test
    void aVmHeldByAnotherRunWaitsAndTheOthersGoOn() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        OneRun run = OneRun.updating(given, "h1").told(new RunEvent.RunOrdered());

        run.told(new RunEvent.HoldRefused(new Hold("vm:vm-a", 1), Refusal.of("HOLD_TAKEN", "held by run9")));
        run.waits(Duration.ofSeconds(2));

        assertThat(run.movesOrdered()).containsExactly("vm-b");
    }

    @Test
    void tryAgainAfterAFailureThatMayPass() {
        OneRun run = drainOf("vm-a");

        run.moveFails("vm-a", "LINK_LOST", Aftermath.UNCHANGED, true);
        assertThat(run.movesOrdered()).hasSize(1);

        run.waits(Duration.ofSeconds(5));
        assertThat(run.movesOrdered()).hasSize(2);
    }

    @Test
    void theNextTryGoesElsewhereWhereThereIsAnElsewhere() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.host("h3");
        OneRun run = OneRun.updating(given, "h1").begins();
        String first = run.destinationOf("vm-a");

        run.moveFails("vm-a", "NO_MEMORY", Aftermath.UNCHANGED, true).waits(Duration.ofSeconds(5));

        assertThat(run.movesOrdered()).hasSize(2);
        assertThat(run.destinationOf("vm-a")).isNotEqualTo(first);
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
    void aVmThatKeepsFailingIsStuckAndTheHostIsNotTouched() {
        OneRun run = drainOf("vm-a");
        for (int i = 0; i < RunPolicy.DEFAULT.moveAttempts(); i++) {
            run.moveFails("vm-a", "LINK_LOST", Aftermath.UNCHANGED, true).waits(Duration.ofMinutes(1));
        }

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence()).containsEntry("vm-a", "LINK_LOST: it went wrong");
        assertThat(run.effects()).allMatch(effect -> effect instanceof Effect.MoveVm);
    }

    @Test
    void aVmThatCantBeMovedIsSeenBeforeAnyOtherIsMoved() {
        given.host("h1").runs("vm-a", "vm-b", "vm-c");
        given.host("h2");
        given.vm("vm-b").obstacle("HOST_DEVICE");
        given.vm("vm-c")
                .owner(new Intent(
                        Duration.ofSeconds(5),
                        Intent.Migration.NEVER,
                        false,
                        Intent.Restart.NEVER,
                        Intent.OnHostFailure.LEAVE));

        OneRun run = OneRun.updating(given, "h1").begins();

        assertThat(run.effects()).isEmpty();
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence()).containsOnlyKeys("vm-b", "vm-c");
        assertThat(run.why().evidence().get("vm-c")).contains("migration: never");
    }

    @Test
    void anEvacuationMovesWhatCanBeMovedEvenSo() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.vm("vm-a").obstacle("HOST_DEVICE");

        OneRun run = OneRun.of(given, "h1", new Purpose.Evacuate()).begins();
        assertThat(run.movesOrdered()).containsExactly("vm-b");

        run.moved("vm-b");
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence()).containsOnlyKeys("vm-a");
    }

    @Test
    void aVmWithoutRoomIsTriedSomeTimesAndThenNamed() {
        given.host("h1").runs("vm-a");
        given.host("h2").memory(512);

        OneRun run = OneRun.updating(given, "h1").begins();
        for (int i = 0; i < 5; i++) {
            run.waits(Duration.ofSeconds(10));
        }

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence().get("vm-a")).startsWith("NO_TARGET");
    }

    @Test
    void aVmThatLeavesByOtherHandsIsNotMissed() {
        OneRun run = drainOf("vm-a", "vm-b", "vm-c");
        given.vm("vm-c").isGone();

        run.moved("vm-a").moved("vm-b").looksAtFreshObservations().looksAtFreshObservations();

        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-b");
        assertThat(run.state()).isInstanceOf(HostRunState.Applying.class);
    }

    @Test
    void aVmThatIsShutOffIsNotMoved() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.vm("vm-a").is(VmState.SHUT_OFF);

        assertThat(OneRun.updating(given, "h1").begins().movesOrdered()).containsExactly("vm-b");
    }

    @Test
    void aVmThatSomebodyBringsBackIsMovedAgain() {
        OneRun run = drainOf("vm-a");
        run.moved("vm-a");
        given.vm("vm-a").isOn("h1");

        run.looksAtFreshObservations();

        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-a");
    }

    @Test
    void aVmThatComesWhileOthersGoIsMovedToo() {
        OneRun run = drainOf("vm-a");
        given.host("h1").runs("vm-z");

        run.moved("vm-a");

        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-z");
    }

    @Test
    void aHostThatIsJustReceivingAVmIsNotEmptyAndTheVmIsMovedOnceItIsThere() {
        given.host("h2").runs("vm-x");
        given.host("h1");
        given.host("h3");
        given.vm("vm-x").arrivesOn("h1");
        OneRun run = OneRun.updating(given, "h1").begins().looksAtFreshObservations();
        assertThat(run.state()).isInstanceOf(HostRunState.Draining.class);
        assertThat(run.movesOrdered()).as("it can't be moved before it is here").isEmpty();

        given.vm("vm-x").hasArrivedOn("h1");
        run.looksAtFreshObservations();
        assertThat(run.movesOrdered()).containsExactly("vm-x");
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
        OneRun run = drainOf("vm-a");

        run.waits(RunPolicy.DEFAULT.drain());
        assertThat(run.effects()).hasAtLeastOneElementOfType(Effect.AbortMove.class);
        assertThat(run.outcome()).isNull();
    }

    @Test
    void aCancelAbortsWhatMovesAndEndsWhenThatHasEnded() {
        OneRun run = drainOf("vm-a", "vm-b");
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
        OneRun run = drainOf("vm-a").cancelled();
        int effects = run.effects().size();

        assertThat(run.cancelled().effects()).hasSize(effects);
    }

    @Test
    void aDeadVmIsCountedAndAlarmed() {
        OneRun run = drainOf("vm-a");

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

        run.told(OneRun.ended(run.latest().id(), new Outcome.Started(given.now(), false)))
                .looks();
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
        OneRun run = drainOf("vm-a", "vm-b");

        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.unknown()));

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.last().release()).isEmpty();
    }

    @Test
    void aMoveFarBeyondItsLimitAsksAPersonWithItsEvidence() {
        OneRun run = drainOf("vm-a");

        run.waits(RunPolicy.DEFAULT.move().plus(RunPolicy.DEFAULT.change()));

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.why().code()).isEqualTo("EFFECT_OVERDUE");
        assertThat(run.why().evidence()).containsEntry("vm", "vm-a").containsKey("effect");
    }

    @Test
    void anObservationThatChangesNothingIsNotCommitted() {
        OneRun run = drainOf("vm-a");
        given.everyHostIsSeen();

        assertThat(run.told(new RunEvent.HostObserved(new HostId("h1"))).ignoredIt())
                .isTrue();
    }

    @Test
    void aSingleMoveIsDoneAsSoonAsItsVmRunsThere() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2").memory(2000);
        given.host("h3");

        OneRun run = OneRun.of(given, "h1", new Purpose.MoveOne(new VmId("vm-a"), new HostId("h2")))
                .begins();
        assertThat(run.movesOrdered()).containsExactly("vm-a");
        assertThat(run.destinationOf("vm-a")).isEqualTo("h2");

        run.moved("vm-a");
        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void aSingleMoveOfAVmThatIsNotHereIsRefused() {
        given.host("h1");
        given.host("h2").runs("vm-a");

        OneRun run = OneRun.of(given, "h1", new Purpose.MoveOne(new VmId("vm-a"), null))
                .begins()
                .looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("NOT_HERE");
    }

    @Test
    void anEvacuationEndsWithTheHostEmpty() {
        given.host("h1").runs("vm-a");
        given.host("h2");

        OneRun run = OneRun.of(given, "h1", new Purpose.Evacuate()).begins();
        run.moved("vm-a").looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }
}
