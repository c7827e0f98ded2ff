package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.hostrun.Given;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GateTest {
    private static final Duration PATIENCE = RolloutPolicy.DEFAULT.gatePatience();

    private final Given given = new Given();

    private OneRollout overTwo(RolloutPolicy policy) {
        given.host("h1");
        given.host("h2");
        return OneRollout.over(given, policy, "h1 h2").begins();
    }

    private void longWait(OneRollout rollout) {
        for (Duration passed = Duration.ZERO; passed.compareTo(PATIENCE) <= 0; passed = passed.plusSeconds(1)) {
            rollout.waits(Duration.ofSeconds(1));
        }
    }

    @Test
    void aGateWithNoDataDoesNotPass() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT);
        given.passes(Duration.ofMinutes(1));

        rollout.ends("h1", RunOutcome.DONE).waits(Duration.ofSeconds(10));
        assertThat(rollout.taken()).containsExactly("h1");

        longWait(rollout);
        assertThat(rollout.stoppedBy()).isEqualTo("GATE_NO_DATA");
    }

    @Test
    void aHostThatWasSeenOnlyBeforeItsEndDoesNotPass() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT);
        given.host("h1").qemu("11.1.0");
        given.everyHostIsSeen();
        given.passes(Duration.ofSeconds(1));

        rollout.ends("h1", RunOutcome.DONE).waits(Duration.ofSeconds(10));

        assertThat(rollout.taken()).containsExactly("h1");
    }

    @Test
    void aHostThatRunsSomethingElseThanTheUpdateDoesNotPass() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT);

        rollout.ends("h1", RunOutcome.DONE);
        given.host("h1").qemu("11.10.0");
        given.everyHostIsSeen();
        longWait(rollout);

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_NOT_ON");
    }

    @Test
    void dataThatComesInTimeLetsItGoOn() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT);

        rollout.ends("h1", RunOutcome.DONE).waits(Duration.ofMinutes(2));
        given.host("h1").qemu("11.1.0");
        given.everyHostIsSeen();
        rollout.waits(Duration.ofSeconds(2));

        assertThat(rollout.taken()).containsExactly("h1", "h2");
    }

    @Test
    void aPersonCanPassAGateWhoseDataWillNeverCome() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT);
        rollout.ends("h1", RunOutcome.DONE);
        given.host("h1").isGone();
        longWait(rollout);
        assertThat(rollout.stoppedBy()).isEqualTo("GATE_NO_DATA");

        rollout.resumed().looks();

        assertThat(rollout.taken()).containsExactly("h1", "h2");
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.SKIPPED);
    }

    @Test
    void oneFailureTooManyStopsIt() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT).ends("h1", RunOutcome.UNDONE);

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_FAILURES");
        assertThat(rollout.rollout().needsPerson()).isTrue();
        assertThat(rollout.noticeTypes()).contains("RolloutHalted");
    }

    @Test
    void failuresThatThePolicyAllowsDoNot() {
        OneRollout rollout = overTwo(OneRollout.policy(1, 1, 1)).ends("h1", RunOutcome.UNDONE);

        assertThat(rollout.taken()).containsExactly("h1", "h2");
        assertThat(rollout.isDone("h2").outcome()).isEqualTo(RunOutcome.PARTIAL);
    }

    @Test
    void aRefusedHostIsNoFailure() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT).ends("h1", RunOutcome.REFUSED);

        assertThat(rollout.taken()).containsExactly("h1", "h2");
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.SKIPPED);
    }

    @Test
    void aLostVmStopsItWhateverThePolicy() {
        OneRollout rollout = overTwo(OneRollout.policy(1, 1, 9)).ends("h1", RunOutcome.DONE, 1);

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_VM_LOST");
    }

    @Test
    void aPersonWhoLookedLetsItGoOnAndLaterHarmStopsItAnew() {
        OneRollout rollout = overTwo(RolloutPolicy.DEFAULT).ends("h1", RunOutcome.UNDONE, 1);

        rollout.resumed().looks();
        assertThat(rollout.taken()).containsExactly("h1", "h2");

        rollout.ends("h2", RunOutcome.UNDONE);
        assertThat(rollout.stoppedBy()).isEqualTo("GATE_FAILURES");
    }
}
