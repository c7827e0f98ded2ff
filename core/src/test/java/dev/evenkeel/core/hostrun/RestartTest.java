package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.HostRunState.Applying;
import dev.evenkeel.core.hostrun.HostRunState.Draining;
import dev.evenkeel.core.hostrun.HostRunState.Ended;
import dev.evenkeel.core.hostrun.HostRunState.NeedsPerson;
import dev.evenkeel.core.hostrun.HostRunState.Starting;
import dev.evenkeel.core.hostrun.HostRunState.Stopping;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** VMs that can't be moved are restarted where they are, with consent, and never stay down. */
class RestartTest {
    private static final Effect STOP_A =
            new Effect.StopVm(new VmId("vm-a"), RunPolicy.DEFAULT.stop(), Given.UPDATE, Method.REBOOT, null);
    private static final Effect STOP_B =
            new Effect.StopVm(new VmId("vm-b"), RunPolicy.DEFAULT.stop(), Given.UPDATE, Method.REBOOT, null);
    private static final Effect START_A = new Effect.StartVm(new VmId("vm-a"));
    private static final Effect START_B = new Effect.StartVm(new VmId("vm-b"));

    private final Given given = new Given();

    @BeforeEach
    void twoThatStayAndOneThatMoves() {
        given.host("h1").runs("vm-a", "vm-b", "vm-m");
        given.host("h2");
    }

    private OneRun run() {
        return OneRun.restarting(given, "h1", "vm-a", "vm-b").begins();
    }

    private OneRun stopping() {
        return run().moved("vm-m").looksAtFreshObservations();
    }

    private OneRun applying() {
        return stopping().stopped("vm-a").stopped("vm-b");
    }

    private static Outcome didNotStop() {
        return OneRun.failed("DID_NOT_STOP", Aftermath.CHANGED, false);
    }

    @Test
    void nobodyIsStoppedBeforeAllOthersHaveLeft() {
        OneRun run = run().looksAtFreshObservations();

        assertThat(run.movesOrdered()).containsExactly("vm-m");
        assertThat(run.effects()).doesNotContain(STOP_A, STOP_B);
        run.moved("vm-m").looksAtFreshObservations();
        assertThat(run.effects()).contains(STOP_A, STOP_B);
        assertThat(run.last().acquire()).contains(new Hold("vm:vm-a", 1), new Hold("vm:vm-b", 1));
    }

    @Test
    void aMoveThatFailsStopsNobody() {
        OneRun run = run().moveFails("vm-m", "NO", Aftermath.UNCHANGED, false).looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.effects()).doesNotContain(STOP_A, STOP_B);
    }

    @Test
    void theUpdateComesWhenAllAreDownAndThenAllAreStarted() {
        OneRun run = stopping().stopped("vm-a");
        assertThat(run.state()).isInstanceOf(Stopping.class);
        run.stopped("vm-b");
        assertThat(run.latest().effect()).isEqualTo(new Effect.ApplyUpdate(Given.UPDATE, Method.REBOOT));

        run.latestSucceeds().latestSucceeds();
        assertThat(run.state()).isInstanceOf(Starting.class);
        run.started("vm-a");
        assertThat(run.outcome()).isNull();
        run.started("vm-b");

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void theLedgerHasHowLongEachWasOutOfService() {
        OneRun run = applying().latestSucceeds().latestSucceeds();
        given.passes(Duration.ofSeconds(30));
        run.started("vm-a");

        LedgerEntry row = run.last().ledger().getFirst();
        assertThat(row.method()).isEqualTo(Method.REBOOT);
        assertThat(row.stop()).isEqualTo(Duration.ofSeconds(10 + 10 + 30));
        assertThat(row.from()).isEqualTo(row.to());
    }

    @Test
    void consentThatIsWithdrawnBeforeTheStopIsRespected() {
        OneRun run = run().moved("vm-m");
        given.vm("vm-b").owner(OneRun.staying(Intent.Restart.NEVER));

        run.looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence().get("vm-b")).contains("NO_CONSENT");
        assertThat(run.effects()).doesNotContain(STOP_A, STOP_B);
    }

    @Test
    void twoOfOneAvailabilitySetAreNeverDownTogether() {
        given.vm("vm-a").inSet("web");
        given.vm("vm-b").inSet("web");

        OneRun run = run().looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.effects()).isEmpty();
    }

    @Test
    void aTakenHoldMakesThemWait() {
        OneRun run = run().moved("vm-m");

        run.told(new RunEvent.HoldRefused(new Hold("set:acme web", 1), Refusal.of("HOLD_TAKEN", "another run has it")));

        assertThat(run.state()).isInstanceOf(Draining.class);
        assertThat(run.looksAtFreshObservations().state()).isInstanceOf(Stopping.class);
    }

    @Test
    void aGuestThatDoesNotGoDownIsLeftRunningAndTheOthersComeBack() {
        OneRun run = stopping().stopped("vm-a").about(STOP_B, didNotStop());
        assertThat(run.effects()).contains(START_A).noneMatch(e -> e instanceof Effect.ApplyUpdate);

        run.started("vm-a");
        assertThat(run.outcome()).as("vm-b may yet go down").isNull();
        run.waits(RunPolicy.DEFAULT.stop());
        run.about(START_B, new Outcome.Started(given.now(), true));

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().evidence().get("vm-b")).contains("DID_NOT_STOP");
        assertThat(run.last().ledger()).as("vm-b was never out of service").isEmpty();
    }

    @Test
    void aGuestThatGoesDownTooLateIsStarted() {
        OneRun run = stopping().stopped("vm-a").about(STOP_B, didNotStop()).started("vm-a");

        given.passes(Duration.ofSeconds(20));
        given.vm("vm-b").is(VmState.SHUT_OFF);
        given.everyHostIsSeen();
        run.told(new RunEvent.HostObserved(run.run().host()));

        assertThat(run.latest().effect()).isEqualTo(START_B);
        assertThat(run.started("vm-b").outcome()).isEqualTo(RunOutcome.REFUSED);
    }

    @Test
    void aVmThatItsOwnerStoppedFirstIsNotStarted() {
        OneRun run =
                stopping().stopped("vm-a").about(STOP_B, OneRun.failed(Stops.NOT_RUNNING, Aftermath.UNCHANGED, false));
        assertThat(run.state()).isInstanceOf(Applying.class);

        run.latestSucceeds().latestSucceeds().started("vm-a");

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.effects()).doesNotContain(START_B);
    }

    @Test
    void cancelledWhileStoppingItStartsThemAgain() {
        OneRun run = stopping().stopped("vm-a").cancelled();
        assertThat(run.state()).as("vm-b is on its way down").isInstanceOf(Stopping.class);

        run.stopped("vm-b").started("vm-a").started("vm-b");

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.effects()).noneMatch(e -> e instanceof Effect.ApplyUpdate);
    }

    @Test
    void whateverTheUpdateComesToTheyAreStarted() {
        OneRun refused = applying().latestFails("DISK_FULL", Aftermath.UNCHANGED);
        assertThat(refused.effects()).contains(START_A, START_B);
        assertThat(refused.started("vm-a").started("vm-b").outcome()).isEqualTo(RunOutcome.REFUSED);
    }

    @Test
    void afterAnUndoTheyAreStarted() {
        OneRun run = applying().latestFails("DPKG", Aftermath.CHANGED).latestSucceeds();

        assertThat(run.started("vm-a").started("vm-b").outcome()).isEqualTo(RunOutcome.UNDONE);
    }

    @Test
    void cancelledWhileApplyingItUndoesAndStartsThem() {
        OneRun run = applying().cancelled().latestSucceeds().latestSucceeds();

        assertThat(run.started("vm-a").started("vm-b").outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aHostThatIsFilledAgainIsNotEmptiedWhileTheyAreDown() {
        OneRun run = applying().latestFails("HOST_NOT_EMPTY", Aftermath.UNCHANGED);

        assertThat(run.state()).isInstanceOf(Starting.class);
    }

    @Test
    void aStartThatFailsIsTriedAgainAndThenAPersonIsAskedAndItIsTriedStill() {
        OneRun run = applying().latestSucceeds().latestSucceeds().started("vm-b");
        for (int i = 0; i < Starts.ATTEMPTS; i++) {
            run.waits(Duration.ofSeconds(30));
            assertThat(run.run().needsPerson()).isFalse();
            run.about(START_A, OneRun.failed("START_FAILED", Aftermath.VM_DEAD, true));
        }
        assertThat(run.state()).isInstanceOf(NeedsPerson.class);
        assertThat(run.why().evidence()).containsEntry("mayBeDown", "vm-a");

        int before = run.effects().size();
        run.waits(PersonAsked.ASK_AGAIN);
        assertThat(run.effects().subList(before, run.effects().size())).containsExactly(START_A);
        run.about(START_A, OneRun.failed("START_FAILED", Aftermath.VM_DEAD, true));
        assertThat(run.last().notices()).as("the person knows already").isEmpty();
        run.waits(Duration.ofMinutes(5));
        assertThat(run.started("vm-a").outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void aStopThatNobodyCanAccountForAsksAPersonAndALateAnswerGoesOn() {
        OneRun run = stopping().stopped("vm-a").about(STOP_B, OneRun.unknown());
        assertThat(run.state()).isInstanceOf(NeedsPerson.class);
        assertThat(run.why().evidence()).containsEntry("mayBeDown", "vm-a, vm-b");

        run.about(STOP_B, new Outcome.Stopped(given.now()));

        assertThat(run.state()).isInstanceOf(Applying.class);
    }

    @Test
    void aPersonWhoClosesItLeavesNobodyDownThatWeStopped() {
        OneRun run = applying().latestIsUnknown().resolved(RunOutcome.FAILED);

        assertThat(run.state()).isInstanceOf(Starting.class);
        assertThat(run.started("vm-a").started("vm-b").outcome()).isEqualTo(RunOutcome.FAILED);
    }

    @Test
    void whatIsOutstandingIsWithdrawnWhenAPersonClosesIt() {
        OneRun run = applying().latestIsUnknown();

        run.resolved(RunOutcome.FAILED);

        assertThat(run.last().withdraw()).isTrue();
    }

    @Test
    void aVmThatItsOwnerDestroysAfterItsStopStaysDown() {
        OneRun run = applying().latestSucceeds().latestSucceeds().started("vm-a");

        run.about(START_B, OneRun.failed(Starts.STOPPED_BY_OWNER, Aftermath.UNCHANGED, false));

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.noticeTypes()).contains("VmLeft");
    }

    @Test
    void aVmThatItsOwnerTookToAnotherHostIsLeftThere() {
        OneRun run = applying().latestSucceeds().latestSucceeds().started("vm-a");
        given.vm("vm-b").is(VmState.RUNNING).isOn("h2");
        given.passes(Duration.ofSeconds(5));
        given.everyHostIsSeen();

        run.about(START_B, OneRun.failed("NO_SUCH_VM", Aftermath.VM_DEAD, false));

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.noticeTypes()).contains("VmLeft");
    }

    @Test
    void anObservationInBetweenIsNotWorthACommit() {
        OneRun run = applying().latestSucceeds().latestSucceeds();
        given.everyHostIsSeen();

        run.told(new RunEvent.HostObserved(run.run().host()));

        assertThat(run.ignoredIt()).isTrue();
    }

    @Test
    void doubledOutcomesChangeNothing() {
        OneRun run = applying().latestSucceeds().latestSucceeds().started("vm-a");
        List<Effect> before = run.effects();

        run.about(START_A, new Outcome.Started(given.now(), true));

        assertThat(run.ignoredIt()).isTrue();
        assertThat(run.effects()).isEqualTo(before);
        assertThat(run.started("vm-b").state()).isInstanceOf(Ended.class);
    }
}
