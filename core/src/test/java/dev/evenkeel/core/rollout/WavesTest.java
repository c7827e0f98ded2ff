package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Which hosts are taken, and in which order. */
class WavesTest {
    private final Given given = new Given();

    @Test
    void theHostWithTheFewestVmsComesFirst() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2").runs("vm-c");
        given.host("h3").runs("vm-d", "vm-e", "vm-f");

        OneRollout rollout =
                OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2 h3").begins();
        assertThat(rollout.taken()).containsExactly("h2");

        rollout.isDone("h2").isDone("h1").isDone("h3");
        assertThat(rollout.taken()).containsExactly("h2", "h1", "h3");
        assertThat(rollout.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void amongEqualsTheOneWithTheLeastMemoryToMove() {
        given.host("h1").runs("vm-a");
        given.host("h2").runs("vm-b");
        given.vm("vm-b").memory(256);

        assertThat(OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2")
                        .begins()
                        .taken())
                .containsExactly("h2");
    }

    @Test
    void aRingBeginsWhenTheOneBeforeIsThrough() {
        given.host("h1");
        given.host("h2");
        given.host("h3");
        OneRollout rollout = OneRollout.over(given, OneRollout.policy(3, 3, 0), "h3", "h1 h2")
                .begins();
        assertThat(rollout.taken()).containsExactly("h3");

        rollout.isDone("h3");
        assertThat(rollout.taken()).containsExactly("h3", "h1", "h2");
    }

    @Test
    void aWaveIsAsWideAsThePolicyAllows() {
        given.host("h1");
        given.host("h2");
        given.host("h3");

        assertThat(OneRollout.over(given, OneRollout.policy(2, 9, 0), "h1 h2 h3")
                        .begins()
                        .taken())
                .containsExactly("h1", "h2");
    }

    @Test
    void notMoreHostsOfARackAtOnceThanThePolicyAllows() {
        given.host("h1").inRack("r1");
        given.host("h2").inRack("r1");
        given.host("h3").inRack("r2");

        OneRollout rollout =
                OneRollout.over(given, OneRollout.policy(3, 1, 0), "h1 h2 h3").begins();

        assertThat(rollout.taken()).containsExactly("h1", "h3");
        assertThat(rollout.runOf("h1").budgets()).containsExactly(new Hold("rack:r1", 1));
    }

    @Test
    void aHostThatTheWaveFillsIsNotEmptiedInTheSameWave() {
        given.host("h1").runs("vm-a").inRack("r1");
        given.host("h2").runs("vm-b", "vm-c").inRack("r2");

        OneRollout rollout =
                OneRollout.over(given, OneRollout.policy(2, 1, 0), "h1 h2").begins();

        assertThat(rollout.taken()).as("vm-a goes to h2").containsExactly("h1");
    }

    @Test
    void aWaveTakesNoMoreHostsThanThereIsRoomFor() {
        given.host("h1").runs("vm-a").inRack("r1");
        given.host("h2").runs("vm-b").inRack("r2");
        given.host("h3").memory(1400).inRack("r3");
        given.host("h1").memory(1100);
        given.host("h2").memory(1100);

        assertThat(OneRollout.over(given, OneRollout.policy(3, 1, 0), "h1 h2")
                        .begins()
                        .taken())
                .containsExactly("h1");
    }

    @Test
    void aHostThatHasTheUpdateIsNotTaken() {
        given.host("h1").qemu("11.1.0");
        given.host("h2");

        OneRollout rollout =
                OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2").begins();

        assertThat(rollout.taken()).containsExactly("h2");
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.ALREADY);
    }

    @Test
    void aHostWithAVmThatCantBeMovedIsSkippedWithTheReasonPerVm() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.vm("vm-a").obstacle("HOST_DEVICE");
        given.vm("vm-b")
                .owner(new Intent(
                        Duration.ofSeconds(5),
                        Intent.Migration.NEVER,
                        false,
                        Intent.Restart.NEVER,
                        Intent.OnHostFailure.LEAVE));

        OneRollout rollout =
                OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2").begins();

        assertThat(rollout.taken()).containsExactly("h2");
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.SKIPPED);
        Refusal why = Objects.requireNonNull(rollout.progressOf("h1").why());
        assertThat(why.evidence().values())
                .anyMatch(text -> text.contains("vm-a"))
                .anyMatch(text -> text.contains("vm-b") && text.contains("migration: never"));
        assertThat(rollout.isDone("h2").outcome()).isEqualTo(RunOutcome.PARTIAL);
    }

    @Test
    void aHostThatOnlyLacksRoomIsWaitedForAndThenAPersonIsAsked() {
        given.host("h1").runs("vm-a");
        given.host("h2").memory(600);

        OneRollout rollout = OneRollout.over(given, RolloutPolicy.DEFAULT, "h1").begins();
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.PENDING);

        for (int i = 0; i < 301; i++) {
            rollout.waits(Duration.ofSeconds(1));
        }
        assertThat(rollout.stoppedBy()).isEqualTo("NO_METHOD");

        given.host("h3");
        assertThat(rollout.resumed().looks().taken()).containsExactly("h1");
    }

    @Test
    void aHostThatOnlyLacksRoomIsWaitedForEvenWhenOtherMethodsAreNamed() {
        given.host("h1").runs("vm-a");
        given.host("h2").memory(600);
        given.updateAlsoBy(Method.HOT_PATCH);
        given.updateAlsoBy(Method.REBOOT);

        OneRollout rollout = OneRollout.over(given, RolloutPolicy.DEFAULT, "h1").begins();

        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.PENDING);
    }

    @Test
    void aSilentHostIsWaitedForWhileTheOthersGo() {
        given.host("h1").silent();
        given.host("h2");

        OneRollout rollout =
                OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2").begins();
        assertThat(rollout.taken()).containsExactly("h2");

        rollout.isDone("h2").waits(Duration.ofMinutes(6));
        assertThat(rollout.stoppedBy()).isEqualTo("HOST_SILENT");
    }

    @Test
    void eachHostRunKnowsItsRolloutAndItsMethod() {
        given.host("h1");

        OneRollout rollout = OneRollout.over(given, RolloutPolicy.DEFAULT, "h1").begins();

        assertThat(rollout.runOf("h1").rollout()).isEqualTo(OneRollout.ID);
        assertThat(rollout.runOf("h1").purpose()).isEqualTo(new Purpose.UpdateHost(Given.UPDATE, Method.MIGRATE));
        assertThat(rollout.last().spawn()).hasSize(1);
        assertThat(List.of(rollout.rollout().waves())).containsExactly(1);
    }
}
