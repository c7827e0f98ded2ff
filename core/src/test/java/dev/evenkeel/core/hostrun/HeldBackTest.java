package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutDecider;
import dev.evenkeel.core.rollout.RolloutPolicy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rollout that stands still holds back its runs that have touched nothing yet. */
class HeldBackTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Given given = new Given();
    private Rollout rollout;

    @BeforeEach
    void aRollout() {
        rollout = Rollout.ordered(
                new RunId("ro1"),
                Given.SHARD,
                Given.UPDATE,
                RolloutPolicy.DEFAULT,
                List.of(List.of(new HostId("h1"))),
                given.now(),
                "ann",
                "patch day");
        given.rolloutIs(rollout);
    }

    private void rolloutIsTold(RunEvent event) {
        World world = given.world();
        rollout = (Rollout) RolloutDecider.decide(rollout, event, world).next();
        given.rolloutIs(rollout);
    }

    private void isPaused() {
        rolloutIsTold(new RunEvent.PauseOrdered("ann", "lunch"));
    }

    private void goesOn() {
        rolloutIsTold(new RunEvent.ResumeOrdered("ann", "back"));
    }

    @Test
    void aRunThatWasJustOrderedBeginsOnlyWhenItGoesOn() {
        isPaused();
        OneRun run =
                OneRun.draining(given, "vm-a").waits(RunPolicy.DEFAULT.reserve().multipliedBy(2));
        assertThat(run.orders()).isEmpty();
        assertThat(run.last().acquire()).isEmpty();

        goesOn();
        assertThat(run.told(new RunEvent.ResumeOrdered("ann", "back")).looks().orders())
                .hasSize(1);
    }

    @Test
    void aRunThatMissesTheWordToGoOnFindsOutByItself() {
        isPaused();
        OneRun run = OneRun.draining(given, "vm-a");
        goesOn();

        assertThat(run.waits(Duration.ofMinutes(1)).orders()).hasSize(1);
    }

    @Test
    void nobodyIsToldOrAskedMeanwhile() {
        isPaused();
        assertThat(OneRun.announcing(given, "vm-a").waits(HOUR).events()).isEmpty();
        assertThat(OneRun.offering(given, "vm-b").waits(HOUR).run().offers()).isEmpty();
    }

    @Test
    void whatAVmWasToldStandsAndItsNoticeGoesOn() {
        OneRun run = OneRun.announcing(given, "vm-a");
        isPaused();
        run.waits(HOUR);
        assertThat(run.orders()).isEmpty();
        assertThat(run.events()).containsExactly("vm-a FREEZE");

        goesOn();
        assertThat(run.waits(Duration.ofMinutes(1)).orders()).hasSize(1);
    }

    @Test
    void anOwnerMayChooseMeanwhileAndIsServedWhenItGoesOn() {
        OneRun run = OneRun.offering(given, "vm-a");
        isPaused();
        run.told(new RunEvent.OwnerChose(new VmId("vm-a"), given.now(), "acme")).looksAtFreshObservations();
        assertThat(run.effects()).isEmpty();

        goesOn();
        run.waits(Duration.ofMinutes(1)).looksAtFreshObservations();
        assertThat(run.effects()).isNotEmpty();
    }

    @Test
    void aRunThatHasBegunGoesOnToItsEnd() {
        OneRun run = OneRun.draining(given, "vm-a", "vm-b");
        isPaused();

        assertThat(run.moved("vm-a").movesOrdered()).containsExactly("vm-a", "vm-b");
    }

    @Test
    void aCancelIsHeardMeanwhile() {
        OneRun run = OneRun.announcing(given, "vm-a");
        isPaused();

        assertThat(run.cancelled().outcome()).isEqualTo(RunOutcome.CANCELLED);
    }
}
