package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** VMs that stand still and keep their memory while their host starts another kernel. */
class SwitchTest {
    private static RunEvent refused(String scope) {
        return new RunEvent.HoldRefused(new Hold(scope, 1), Refusal.of("HOLD_TAKEN", "taken"));
    }

    @Test
    void packagesComeInWhileVmsRunThenAllStandStillTogetherAndTheHostIsVerified() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b");
        kernel.run.begins().looksAtFreshObservations();
        assertThat(kernel.run.movesOrdered()).isEmpty();
        assertThat(kernel.latest()).isEqualTo(new Effect.ApplyUpdate(Given.UPDATE, Method.PRESERVE_KERNEL));

        kernel.run.latestSucceeds();
        kernel.run.looksAtFreshObservations();
        assertThat(kernel.latest()).isEqualTo(KernelRun.FORTH);
        kernel.switched("vm-a", "vm-b");
        assertThat(kernel.latest()).isEqualTo(KernelRun.VERIFY);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void everyVmAndItsAvailabilitySetIsHeldFromTheOrderToTheEnd() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b");
        kernel.given.vm("vm-b").inSet("web");
        kernel.switching();

        assertThat(kernel.run.lastThatOrdered().acquire())
                .containsExactly(new Hold("vm:vm-a", 1), new Hold("vm:vm-b", 1), new Hold("set:acme web", 1));
        kernel.switched("vm-a", "vm-b");
        assertThat(kernel.run.last().release()).containsExactly("vm:vm-a", "vm:vm-b", "set:acme web");
    }

    @Test
    void whatEachVmFeltIsInTheLedgerBesideItsForecast() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b").switching().switched("vm-a", "vm-b");

        assertThat(kernel.run.ledger()).extracting(LedgerEntry::vmName).containsExactly("vm-a", "vm-b");
        LedgerEntry row = kernel.run.ledger().getFirst();
        assertThat(row.method()).isEqualTo(Method.PRESERVE_KERNEL);
        assertThat(row.effect()).isEqualTo(kernel.switchOrdered().id());
        assertThat(row.forecastStop()).isEqualTo(PauseModel.SWITCH_KERNEL);
        assertThat(row.stop()).isEqualTo(Duration.ofSeconds(12));
        assertThat(row.skewBefore()).isEqualTo(Duration.ofSeconds(12));
        assertThat(row.clockSkew()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void nothingStandsStillBeforeTheHostWasSeenWithItsNewPackages() {
        KernelRun kernel = new KernelRun("vm-a").installed();
        kernel.run.looks();

        assertThat(kernel.run.state()).isInstanceOf(HostRunState.Switching.class);
        assertThat(kernel.switchesOrdered()).isZero();
    }

    @Test
    void whileAnotherRunHasOneOfTheVmsAllOfThemRunOn() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b").installed();
        kernel.run.told(refused("vm:vm-b"));

        assertThat(kernel.switchesOrdered()).isZero();
        assertThat(kernel.run.run().due()).contains(kernel.given.now().plus(HostRunDecider.HOLD_RETRY));
        kernel.run.looksAtFreshObservations();
        assertThat(kernel.latest()).isEqualTo(KernelRun.FORTH);
    }

    @Test
    void oneThatCameMeanwhileAndWantsNoticeIsNotTakenAlong() {
        KernelRun kernel = new KernelRun("vm-a").installed();
        kernel.given.host("h1").runs("vm-b");
        kernel.given.vm("vm-b").owner(Intent.DEFAULT.withNotice(Duration.ofHours(1)));
        kernel.run.looksAtFreshObservations();

        assertThat(kernel.switchesOrdered()).isZero();
        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        kernel.run.latestSucceeds();
        assertThat(kernel.run.why().code()).isEqualTo("VM_UNTOLD");
    }

    @Test
    void aHoldThatIsRefusedLateChangesNothing() {
        KernelRun kernel = new KernelRun("vm-a").switching();

        assertThat(kernel.run.told(refused("vm:vm-a")).ignoredIt()).isTrue();
    }

    @Test
    void whereTheVmsAreNeverAllFreeThePackagesGoAgainAndNobodyStoodStill() {
        KernelRun kernel = new KernelRun("vm-a").installed();
        kernel.run.told(refused("vm:vm-a"));
        kernel.given.passes(RunPolicy.DEFAULT.change());
        kernel.run.told(new RunEvent.TimerFired());

        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        kernel.run.latestSucceeds();
        assertThat(kernel.run.outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(kernel.run.why().code()).isEqualTo("SWITCH_LIMIT");
        assertThat(kernel.switchesOrdered()).isZero();
    }

    @Test
    void whoCancelsBeforeTheOrderHasThePackagesTakenBackAndNobodyStandsStill() {
        KernelRun kernel = new KernelRun("vm-a").installed();
        kernel.run.cancelled();

        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(kernel.switchesOrdered()).isZero();
    }

    @Test
    void whoCancelsWhilePackagesComeInHasThemTakenBackAndNobodyStandsStill() {
        KernelRun kernel = new KernelRun("vm-a");
        kernel.run.begins().looksAtFreshObservations().cancelled().latestSucceeds();

        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void whoCancelsWhileVmsStandStillWaitsAndHasTheKernelThatRanBeforeStartedAgain() {
        KernelRun kernel = new KernelRun("vm-a").switching();
        kernel.run.cancelled();
        assertThat(kernel.latest()).as("nothing is broken off").isEqualTo(KernelRun.FORTH);

        kernel.switched("vm-a");
        kernel.run.looksAtFreshObservations();
        assertThat(kernel.latest()).isEqualTo(KernelRun.BACK);
        kernel.switched("vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void whatTheAgentRefusesBeforeAnybodyStoodStillIsUndone() {
        KernelRun kernel = new KernelRun("vm-a").switching().fails("NOT_LOADED");

        assertThat(kernel.run.ledger()).isEmpty();
        assertThat(kernel.run.last().release()).containsExactly("vm:vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(kernel.run.why().code()).isEqualTo("NOT_LOADED");
    }

    @Test
    void whatIsRefusedAfterACancelIsACancel() {
        KernelRun kernel = new KernelRun("vm-a").switching();
        kernel.run.cancelled();
        kernel.fails("NOT_LOADED");

        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aKernelThatPanicsLeavesVmsOnTheOldOneWithWhatTheyFeltAndIsTakenBack() {
        KernelRun kernel = new KernelRun("vm-a").switching().switchedInVain("PANIC", "vm-a");

        assertThat(kernel.run.ledger()).hasSize(1);
        assertThat(kernel.latest()).as("it runs what it ran before").isEqualTo(KernelRun.UNDO);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(kernel.run.why().code()).isEqualTo("PANIC");
    }

    @Test
    void aHostThatRunsTheKernelAlreadyLetsNobodyStandStill() {
        KernelRun kernel = new KernelRun("vm-a").switching().switched();

        assertThat(kernel.run.ledger()).isEmpty();
        assertThat(kernel.latest()).isEqualTo(KernelRun.VERIFY);
    }

    @Test
    void whatNobodyCanAccountForIsAPersonsUntilTheAgentKnows() {
        KernelRun kernel = new KernelRun("vm-a").switching().ends(OneRun.unknown());
        assertThat(kernel.run.run().needsPerson()).isTrue();
        assertThat(kernel.run.last().release()).as("the VM is still held").isEmpty();

        kernel.run.waits(Duration.ofMinutes(2));
        assertThat(kernel.latest())
                .isEqualTo(new Effect.AskAgain(kernel.switchOrdered().id()));
        kernel.switched("vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.VERIFY);
    }

    @Test
    void aHostThatSaysNothingForTooLongIsAPersonsAndGoesOnWhenItSpeaks() {
        KernelRun kernel = new KernelRun("vm-a").switching();
        kernel.run.waits(RunPolicy.DEFAULT.change());
        assertThat(kernel.run.why().code()).isEqualTo("EFFECT_OVERDUE");

        kernel.switched("vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.VERIFY);
    }

    @Test
    void aVmThatCameAfterTheLastLookAndStoodStillIsInTheLedgerToo() {
        KernelRun kernel = new KernelRun("vm-a").switching();
        kernel.given.host("h1").runs("vm-late");
        kernel.switched("vm-a", "vm-late");

        LedgerEntry late = kernel.run.ledger().getLast();
        assertThat(late.vmName()).isEqualTo("vm-late");
        assertThat(late.forecastStop()).isNull();
        assertThat(Duration.between(late.startedAt(), late.endedAt())).isEqualTo(Duration.ofSeconds(18));
    }

    @Test
    void aVmThatCannotKeepItsMemoryOrStandStillThatLongIsMovedAwayFirst() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b", "vm-c");
        kernel.given.vm("vm-b").tied("MEMORY_NOT_SHARED");
        kernel.given.vm("vm-c").owner(Intent.DEFAULT);
        kernel.run.begins();

        assertThat(kernel.run.movesOrdered()).containsExactly("vm-b", "vm-c");
        kernel.run.moved("vm-b").moved("vm-c").looksAtFreshObservations();
        assertThat(kernel.latest()).isInstanceOf(Effect.ApplyUpdate.class);
    }

    @Test
    void ofAnAvailabilitySetOneStaysAndTheOthersMoveAwayFirst() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b");
        kernel.given.vm("vm-a").inSet("web");
        kernel.given.vm("vm-b").inSet("web");
        kernel.run.begins();

        assertThat(kernel.run.movesOrdered()).containsExactly("vm-b");
    }

    @Test
    void aVmThatCameMeanwhileAndMayNotStandStillHasTheHostBroughtBack() {
        KernelRun kernel = new KernelRun("vm-a").installed();
        kernel.given.host("h1").runs("vm-late");
        kernel.run.looksAtFreshObservations();

        assertThat(kernel.switchesOrdered()).isZero();
        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        kernel.run.latestSucceeds();
        assertThat(kernel.run.why().code()).isEqualTo("PAUSE_TOO_LONG");
    }

    private static Outcome died(String vm) {
        return KernelRun.outcome(
                null, List.of(KernelRun.stood(vm, Refusal.of("POWER_LOST", "its host lost its power"))));
    }

    @Test
    void aVmThatDidNotOutliveItIsStartedAgainBeforeTheEndWhereItsOwnerSaysSo() {
        KernelRun kernel = new KernelRun("vm-a").switching();
        kernel.given.vm("vm-a").owner(KernelRun.patient(Intent.OnHostFailure.RESTART));
        kernel.ends(died("vm-a"));
        assertThat(kernel.run.run().vmsLost()).isEqualTo(1);
        assertThat(kernel.run.noticeTypes()).contains("VmDied");
        assertThat(kernel.run.ledger()).isEmpty();
        assertThat(kernel.run.events()).containsExactly("vm-a REBOOT started");

        kernel.run.latestSucceeds();
        assertThat(kernel.latest()).isEqualTo(new Effect.StartVm(new VmId("vm-a")));
        assertThat(kernel.run.events()).containsExactly("vm-a REBOOT started");
        kernel.run.started("vm-a");
        assertThat(kernel.run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(kernel.run.events()).isEmpty();
    }

    @Test
    void oneWhoseOwnerDoesNotSaySoStaysDown() {
        KernelRun kernel = new KernelRun("vm-a").switching().ends(died("vm-a"));

        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(kernel.run.effects()).doesNotContain(new Effect.StartVm(new VmId("vm-a")));
    }

    @Test
    void whatComesToLightAfterAPersonHasClosedTheRunIsTold() {
        KernelRun kernel = new KernelRun("vm-a").switching().ends(OneRun.unknown());
        kernel.run.resolved(RunOutcome.FAILED);
        kernel.ends(died("vm-a"));

        assertThat(kernel.run.outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(kernel.run.noticeTypes()).endsWith("LeftBehind");
    }
}
