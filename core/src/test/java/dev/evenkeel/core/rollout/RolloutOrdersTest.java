package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Message;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.hostrun.Given;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** People's orders in every state of a rollout. */
class RolloutOrdersTest {
    private final Given given = new Given();

    private OneRollout rolling() {
        given.host("h1");
        given.host("h2");
        return OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2").begins();
    }

    @Test
    void aPausedRolloutTakesNoHostAndLetsTheOneUnderWayEnd() {
        OneRollout rollout = rolling().paused();

        rollout.isDone("h1").waits(Duration.ofHours(1));
        assertThat(rollout.taken()).containsExactly("h1");
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.DONE);

        given.everyHostIsSeen();
        rollout.resumed().looks();
        assertThat(rollout.taken()).containsExactly("h1", "h2");
    }

    @Test
    void aHostRunThatHasNotBegunIsHeldBackWhileItsRolloutIsPausedAndToldWhenItGoesOn() {
        OneRollout rollout = rolling();
        assertThat(rollout.rollout().holdsBack()).isNull();
        assertThat(rollout.paused().rollout().holdsBack()).isNotNull();

        assertThat(rollout.resumed().rollout().holdsBack()).isNull();
        assertThat(rollout.last().messages())
                .containsExactly(
                        new Message(rollout.runOf("h1").id(), new RunEvent.ResumeOrdered("ann", "looked at it")));
    }

    @Test
    void aHaltedRolloutHoldsBackToo() {
        assertThat(rolling().ends("h1", RunOutcome.UNDONE).rollout().holdsBack())
                .isNotNull();
    }

    @Test
    void aCancelTellsTheHostRunsAndEndsWithTheLastOfThem() {
        OneRollout rollout = rolling().cancelled();
        assertThat(rollout.last().messages())
                .containsExactly(new Message(rollout.runOf("h1").id(), new RunEvent.CancelOrdered("ann", "enough")));
        assertThat(rollout.outcome()).isNull();
        assertThat(rollout.statusOf("h2")).isEqualTo(HostProgress.Status.CANCELLED);

        rollout.ends("h1", RunOutcome.CANCELLED);
        assertThat(rollout.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aCancelWhenNothingIsUnderWayEndsItAtOnce() {
        OneRollout rollout = rolling().ends("h1", RunOutcome.UNDONE);
        assertThat(rollout.state()).isInstanceOf(RolloutState.Halted.class);

        assertThat(rollout.cancelled().outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aHostThatGotThroughBeforeTheCancelCountsAsDone() {
        OneRollout rollout = rolling().cancelled().ends("h1", RunOutcome.DONE);

        assertThat(rollout.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.DONE);
    }

    @Test
    void theEndOfAHostRunCountsOnce() {
        OneRollout rollout = rolling();

        rollout.ends("h1", RunOutcome.REFUSED);
        rollout.ends("h1", RunOutcome.UNDONE);

        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.SKIPPED);
        assertThat(rollout.taken()).containsExactly("h1", "h2");
    }

    @Test
    void whileOwnersChooseItGoesOnWithOtherHostsAndEndsWithTheLastOfThem() {
        OneRollout rollout = rolling().asksOwners("h1");
        assertThat(rollout.taken()).containsExactly("h1", "h2");

        rollout.isDone("h2").waits(Duration.ofDays(20));
        assertThat(rollout.outcome()).isNull();
        assertThat(rollout.statusOf("h1")).isEqualTo(HostProgress.Status.OFFERED);

        rollout.isDone("h1");
        assertThat(rollout.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void aCancelTellsTheHostRunsWhoseOwnersChoose() {
        OneRollout rollout = rolling().asksOwners("h1").isDone("h2").cancelled();

        assertThat(rollout.last().messages())
                .containsExactly(new Message(rollout.runOf("h1").id(), new RunEvent.CancelOrdered("ann", "enough")));
        assertThat(rollout.ends("h1", RunOutcome.CANCELLED).outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    private static final Map<String, String> LEADS = Map.ofEntries(
            Map.entry("Rolling pause", "Paused"),
            Map.entry("Rolling cancel", "Cancelling"),
            Map.entry("Paused resume", "Rolling"),
            Map.entry("Paused cancel", "Cancelling"),
            Map.entry("Halted resume", "Rolling"),
            Map.entry("Halted cancel", "Ended"));

    @Test
    void everyOrderInEveryStateLeadsWhereTheTableSays() {
        Map<String, Rollout> states = new LinkedHashMap<>();
        states.put("Rolling", rolling().rollout());
        states.put("Paused", rolling().paused().rollout());
        states.put("Halted", rolling().ends("h1", RunOutcome.UNDONE).rollout());
        states.put("Cancelling", rolling().cancelled().rollout());
        states.put(
                "Ended", rolling().cancelled().ends("h1", RunOutcome.CANCELLED).rollout());
        Map<String, RunEvent> events = Map.of(
                "timer", new RunEvent.TimerFired(),
                "pause", new RunEvent.PauseOrdered("ann", "lunch"),
                "resume", new RunEvent.ResumeOrdered("ann", "back"),
                "cancel", new RunEvent.CancelOrdered("ann", "enough"),
                "resolve", new RunEvent.ResolveOrdered("bob", RunOutcome.DONE, "looked"));
        TreeMap<String, String> expected = new TreeMap<>();
        TreeMap<String, String> actual = new TreeMap<>();

        states.forEach((state, rollout) -> events.forEach((event, told) -> {
            String cell = state + " " + event;
            Step step = RolloutDecider.decide(rollout, told, given.world());
            expected.put(cell, LEADS.getOrDefault(cell, state));
            actual.put(cell, step.next().stateName());
        }));

        assertThat(actual).isEqualTo(expected);
    }
}
