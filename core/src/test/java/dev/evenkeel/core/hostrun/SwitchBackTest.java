package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A host that runs the update's kernel and wants the one that ran before. */
class SwitchBackTest {
    @Test
    void theOldKernelIsStartedBeforeThePackagesOfTheNewOneGo() {
        KernelRun kernel = new KernelRun("vm-a").wantsBack("vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.BACK);
        assertThat(kernel.run.lastThatOrdered().acquire()).containsExactly(new Hold("vm:vm-a", 1));

        kernel.switched("vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
        assertThat(kernel.run.ledger()).as("there and back").hasSize(2);
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(kernel.run.why().code()).isEqualTo("VERIFY_FAILED");
    }

    @Test
    void whoCancelsOnTheWayBackIsNotNeeded() {
        KernelRun kernel = new KernelRun("vm-a").wantsBack("vm-a");

        assertThat(kernel.run.cancelled().ignoredIt()).isTrue();
    }

    @Test
    void whatIsRefusedIsAPersonsAndTriedOnMeanwhile() {
        KernelRun kernel = new KernelRun("vm-a").wantsBack("vm-a").fails("NOT_LOADED");
        assertThat(kernel.run.run().needsPerson()).isTrue();
        assertThat(kernel.run.why().evidence()).containsKey("undoing");
        assertThat(kernel.run.last().release()).containsExactly("vm:vm-a");

        for (int i = 0; i < 5; i++) {
            kernel.run.waits(Duration.ofHours(1));
            assertThat(kernel.latest()).isEqualTo(KernelRun.BACK);
            int notices = kernel.run.noticeTypes().size();
            kernel.fails("NOT_LOADED");
            assertThat(kernel.run.noticeTypes()).as("no news").hasSize(notices);
        }
        kernel.run.waits(Duration.ofHours(1));
        kernel.switched("vm-a");
        assertThat(kernel.latest()).isEqualTo(KernelRun.UNDO);
    }

    @Test
    void vmsDoNotStandStillForNothingAgainAndAgain() {
        KernelRun kernel = new KernelRun("vm-a").wantsBack("vm-a").switchedInVain("PANIC", "vm-a");
        for (int i = 0; i < 10; i++) {
            long before = kernel.switchesOrdered();
            kernel.run.waits(Duration.ofHours(1));
            if (kernel.switchesOrdered() > before) {
                kernel.switchedInVain("PANIC", "vm-a");
            }
        }

        assertThat(kernel.run.run().needsPerson()).isTrue();
        assertThat(kernel.switchesOrdered()).as("forth, and three times back").isEqualTo(4);
        assertThat(kernel.run.ledger()).hasSize(4);
        assertThat(kernel.run.resolved(RunOutcome.FAILED).outcome()).isEqualTo(RunOutcome.FAILED);
    }

    @Test
    void aVmThatAnotherRunHasIsWaitedForWhileAPersonIsAsked() {
        KernelRun kernel = new KernelRun("vm-a").wantsBack("vm-a").fails("NOT_LOADED");
        kernel.run.told(new RunEvent.HoldRefused(new Hold("vm:vm-a", 1), Refusal.of("HOLD_TAKEN", "taken")));

        assertThat(kernel.run.run().needsPerson()).isTrue();
        assertThat(kernel.run.run().due()).contains(kernel.given.now().plus(HostRunDecider.HOLD_RETRY));
    }

    @Test
    void aVmThatMayNotStandStillIsNotTakenAlongBeforeItIsAway() {
        KernelRun kernel = new KernelRun("vm-a").switching().switched("vm-a");
        kernel.given.host("h1").runs("vm-late");
        kernel.given.vm("vm-late").tied("MEMORY_NOT_SHARED");
        kernel.run.latestFails("VERIFY_FAILED", Aftermath.CHANGED);
        kernel.run.looksAtFreshObservations();
        assertThat(kernel.run.why().code()).isEqualTo("MEMORY_NOT_SHARED");
        kernel.run.waits(Duration.ofMinutes(2));
        assertThat(kernel.switchesOrdered()).isEqualTo(1);

        kernel.given.vm("vm-late").isOn("h2");
        kernel.run.waits(Duration.ofHours(1));
        assertThat(kernel.latest()).isEqualTo(KernelRun.BACK);
    }

    @Test
    void aSilentHostIsAPersonsAfterAWhileAndTriedWhenItIsBack() {
        KernelRun kernel = new KernelRun("vm-a").switching().switched("vm-a");
        kernel.given.host("h1").silent();
        kernel.run.latestFails("VERIFY_FAILED", Aftermath.CHANGED);
        for (int i = 0; i < 1000 && !kernel.run.run().needsPerson(); i++) {
            kernel.run.waits(Duration.ofMinutes(1));
        }
        assertThat(kernel.run.why().code()).isEqualTo("SWITCH_LIMIT");

        kernel.given.host("h1").isSeen();
        kernel.run.waits(Duration.ofHours(1));
        assertThat(kernel.latest()).isEqualTo(KernelRun.BACK);
    }

    @Test
    void aHostThatCameBackWithTheNewKernelIsSwitchedBackBeforeItsPackagesGo() {
        KernelRun kernel = new KernelRun("vm-a").switching().fails("NOT_LOADED");
        kernel.run.latestFails("KERNEL_RUNS", Aftermath.CHANGED);
        kernel.run.looksAtFreshObservations();
        assertThat(kernel.latest()).isEqualTo(KernelRun.BACK);

        kernel.switched("vm-a");
        assertThat(kernel.run.latestSucceeds().outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(kernel.run.why().code()).isEqualTo("NOT_LOADED");
    }

    @Test
    void anAgentThatContradictsItselfIsAPersons() {
        KernelRun kernel = new KernelRun("vm-a").wantsBack("vm-a").switched();
        kernel.run.latestFails("KERNEL_RUNS", Aftermath.CHANGED);
        kernel.run.looksAtFreshObservations();
        kernel.switched();
        kernel.run.latestFails("KERNEL_RUNS", Aftermath.CHANGED);

        assertThat(kernel.run.run().needsPerson()).isTrue();
        assertThat(kernel.latest()).isInstanceOf(Effect.UndoUpdate.class);
    }
}
