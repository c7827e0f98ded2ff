package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How a host is emptied: which of its VMs move, when and where to, and when it counts as empty. */
class DrainTest {
    private final Given given = new Given();

    @Test
    void movesAFewVmsAtATimeAndThenAppliesTheUpdate() {
        OneRun run = OneRun.draining(given, "vm-a", "vm-b", "vm-c");
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

        assertThat(run.last().acquire()).containsExactly(new Hold("vm:vm-a", 1), new Hold("set:acme web", 1));
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
        OneRun run = OneRun.draining(given, "vm-a", "vm-b", "vm-c");
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
        OneRun run = OneRun.draining(given, "vm-a");
        run.moved("vm-a");
        given.vm("vm-a").isOn("h1");

        run.looksAtFreshObservations();

        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-a");
    }

    @Test
    void aVmThatComesWhileOthersGoIsMovedToo() {
        OneRun run = OneRun.draining(given, "vm-a");
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
    void anObservationThatChangesNothingIsNotCommitted() {
        OneRun run = OneRun.draining(given, "vm-a");
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
