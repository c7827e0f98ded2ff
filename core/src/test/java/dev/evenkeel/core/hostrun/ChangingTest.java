package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Applying, verifying and undoing. */
class ChangingTest {
    private final Given given = new Given();

    private OneRun applying() {
        given.host("h1");
        given.host("h2");
        return OneRun.updating(given, "h1").begins().looksAtFreshObservations();
    }

    private OneRun verifying() {
        return applying().latestSucceeds();
    }

    private OneRun undoing() {
        return verifying().latestFails("VERIFY_FAILED", Aftermath.CHANGED);
    }

    @Test
    void whatIsAppliedIsVerifiedAndThenDone() {
        OneRun run = applying();
        assertThat(run.latest().effect()).isEqualTo(new Effect.ApplyUpdate(Given.UPDATE, Method.MIGRATE));

        run.latestSucceeds();
        assertThat(run.latest().effect()).isEqualTo(new Effect.VerifyUpdate(Given.UPDATE));

        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.noticeTypes()).contains("UpdateApplied", "UpdateVerified", "HostRunEnded");
    }

    @Test
    void aHostThatFilledAgainIsEmptiedAgain() {
        OneRun run = applying();
        given.host("h1").runs("vm-z");

        run.latestFails("HOST_NOT_EMPTY", Aftermath.UNCHANGED).looks();

        assertThat(run.movesOrdered()).containsExactly("vm-z");
    }

    @Test
    void aHostThatFilledAgainIsNotBelievedEmptyByAnOldObservation() {
        OneRun run = applying();
        given.passes(Duration.ofMinutes(1));

        run.latestFails("HOST_NOT_EMPTY", Aftermath.UNCHANGED).looks();

        assertThat(run.effects())
                .as("the last observation still shows an empty host")
                .hasSize(1);
        assertThat(run.looksAtFreshObservations().effects()).hasSize(2);
    }

    @Test
    void anUpdateThatChangedNothingIsRefused() {
        OneRun run = applying().latestFails("NO_SPACE", Aftermath.UNCHANGED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("NO_SPACE");
    }

    @Test
    void anUpdateThatStoppedHalfWayIsUndone() {
        OneRun run = applying().latestFails("DPKG", Aftermath.CHANGED);
        assertThat(run.latest().effect()).isEqualTo(new Effect.UndoUpdate(Given.UPDATE, Method.MIGRATE));

        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(run.why().code()).isEqualTo("DPKG");
    }

    @Test
    void anUpdateThatDoesNotRunIsUndone() {
        OneRun run = undoing().latestSucceeds();

        assertThat(run.outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(run.why().code()).isEqualTo("VERIFY_FAILED");
    }

    @Test
    void anUndoThatFailsAsksAPersonAndSaysWhatItWasUndoing() {
        OneRun run = undoing().latestFails("DPKG", Aftermath.CHANGED);

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.why().evidence()).containsKey("undoing");
    }

    @Test
    void aCancelWhileApplyingIsUndoneAfterwards() {
        OneRun run = applying().cancelled();
        assertThat(run.state()).isInstanceOf(HostRunState.Applying.class);
        assertThat(run.last().orders()).as("what is under way is not torn out").isEmpty();

        run.latestSucceeds();
        assertThat(run.latest().effect()).isInstanceOf(Effect.UndoUpdate.class);

        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aCancelWhileApplyingNothingHasBeenChangedNeedsNoUndo() {
        OneRun run = applying().cancelled().latestFails("NO_SPACE", Aftermath.UNCHANGED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aCancelOfARefilledHostEndsIt() {
        OneRun run = applying().cancelled().latestFails("HOST_NOT_EMPTY", Aftermath.UNCHANGED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aCancelWhileVerifyingIsUndoneEvenWhenItVerifies() {
        OneRun run = verifying().cancelled().latestSucceeds();
        assertThat(run.latest().effect()).isInstanceOf(Effect.UndoUpdate.class);

        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aCancelWhileUndoingChangesNothing() {
        OneRun run = undoing().cancelled();

        assertThat(run.ignoredIt()).isTrue();
        assertThat(run.latestSucceeds().outcome()).isEqualTo(RunOutcome.UNDONE);
    }

    @Test
    void silenceBeyondTheLimitAsksAPersonInEachState() {
        for (OneRun run : new OneRun[] {applying(), verifying(), undoing()}) {
            String state = run.run().stateName();
            run.waits(RunPolicy.DEFAULT.change());
            assertThat(run.state()).as(state).isInstanceOf(HostRunState.NeedsPerson.class);
            assertThat(run.why().code()).isEqualTo("EFFECT_OVERDUE");
        }
    }

    @Test
    void anUnknownOutcomeAsksAPersonInEachStateAndReleasesNothing() {
        for (OneRun run : new OneRun[] {applying(), verifying(), undoing()}) {
            run.latestIsUnknown();
            assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
            assertThat(run.last().release()).isEmpty();
            assertThat(run.last().orders()).as("never retried blindly").isEmpty();
        }
    }

    @Test
    void anOutcomeOfAnEarlierEffectIsNotTakenForThisOne() {
        OneRun run = applying();
        var first = run.latest().id();
        run.latestSucceeds();

        run.told(OneRun.ended(first, OneRun.failed("DPKG", Aftermath.CHANGED, false)));

        assertThat(run.ignoredIt()).isTrue();
    }

    @Test
    void aTimerBeforeTheLimitChangesNothing() {
        assertThat(applying().told(new RunEvent.TimerFired()).ignoredIt()).isTrue();
    }
}
