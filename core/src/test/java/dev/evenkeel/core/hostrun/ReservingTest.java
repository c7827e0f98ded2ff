package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Message;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReservingTest {
    private static final RunEvent TAKEN =
            new RunEvent.HoldRefused(new Hold("rack:rack1", 1), Refusal.of("HOLD_TAKEN", "rack:rack1 is held by run9"));

    private final Given given = new Given();

    @Test
    void takesItsHostAndItsBudgetsBeforeAnythingElse() {
        given.host("h1").runs("vm-a");
        given.host("h2");

        OneRun run = OneRun.updating(given, "h1").told(new RunEvent.RunOrdered());

        assertThat(run.last().acquire()).containsExactly(new Hold("host:h1", 1), new Hold("rack:rack1", 1));
        assertThat(run.last().orders()).isEmpty();
        assertThat(run.state()).isInstanceOf(HostRunState.Draining.class);
    }

    @Test
    void aSingleMoveDoesNotTakeTheWholeHost() {
        given.host("h1").runs("vm-a");

        OneRun run = OneRun.of(given, "h1", new Purpose.MoveOne(new VmId("vm-a"), null))
                .told(new RunEvent.RunOrdered());

        assertThat(run.last().acquire()).containsExactly(new Hold("rack:rack1", 1));
    }

    @Test
    void triesAgainForABudgetThatIsTakenAndGivesUpAtTheLimit() {
        given.host("h1");
        OneRun run = OneRun.updating(given, "h1").told(TAKEN);
        assertThat(run.run().due()).contains(given.now().plus(HostRunDecider.HOLD_RETRY));

        given.passes(RunPolicy.DEFAULT.reserve());
        run.told(TAKEN);

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("HOLD_TAKEN");
    }

    @Test
    void aTimerThatFiresTooEarlyChangesNothing() {
        given.host("h1");
        OneRun run = OneRun.updating(given, "h1").told(TAKEN).told(new RunEvent.TimerFired());

        assertThat(run.ignoredIt()).isTrue();
    }

    @Test
    void aHostThatIsNotInTheFleetIsRefused() {
        given.host("h1");

        OneRun run = OneRun.updating(given, "h9").told(new RunEvent.RunOrdered());

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("NO_SUCH_HOST");
    }

    @Test
    void aHostThatHasTheUpdateIsDoneAndTouchedByNobody() {
        given.host("h1").runs("vm-a").qemu("11.1.3");

        OneRun run = OneRun.updating(given, "h1").told(new RunEvent.RunOrdered());

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.effects()).isEmpty();
    }

    @Test
    void aCancelEndsItAndTellsItsRollout() {
        given.host("h1");

        OneRun run = OneRun.updating(given, "h1").cancelled();

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.last().messages())
                .containsExactly(new Message(
                        new RunId("ro1"),
                        new RunEvent.HostRunEnded(
                                run.run().id(), new HostId("h1"), RunOutcome.CANCELLED, run.why(), 0, given.now())));
    }

    @Test
    void evenAnEmptyHostIsLookedAtOnceMoreAfterItIsHeld() {
        given.host("h1");
        given.passes(Duration.ofSeconds(5));

        OneRun run = OneRun.updating(given, "h1").begins();
        assertThat(run.effects()).as("the observation is from before the hold").isEmpty();

        run.looksAtFreshObservations();
        assertThat(run.state()).isInstanceOf(HostRunState.Applying.class);
        assertThat(List.of(run.latest().agent())).containsExactly(new HostId("h1"));
    }
}
