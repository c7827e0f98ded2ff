package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeedsPersonTest {
    private final Given given = new Given();

    private OneRun unknownApply() {
        given.host("h1");
        given.host("h2");
        return OneRun.updating(given, "h1").begins().looksAtFreshObservations().latestIsUnknown();
    }

    private OneRun unknownMove() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        OneRun run = OneRun.updating(given, "h1").begins();
        return run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.unknown()));
    }

    @Test
    void aPersonsWordEndsIt() {
        OneRun run = unknownApply().resolved(RunOutcome.FAILED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.FAILED);
        assertThat(run.why().why()).contains("bob", "looked at it");
    }

    @Test
    void aLateAnswerResumesItAsIfItHadComeInTime() {
        OneRun run = unknownApply();
        var apply = run.latest().id();

        run.told(OneRun.ended(apply, OneRun.changed()));

        assertThat(run.latest().effect()).isInstanceOf(Effect.VerifyUpdate.class);
    }

    @Test
    void anotherUnknownAnswerDoesNot() {
        OneRun run = unknownApply();

        assertThat(run.latestIsUnknown().ignoredIt()).isTrue();
    }

    @Test
    void theAgentIsAskedAgainEverLessOften() {
        OneRun run = unknownApply();
        var apply = run.latest().id();
        List<Duration> pauses = new ArrayList<>();
        Instant before = given.now();
        for (int i = 0; i < 12; i++) {
            Instant due = run.run().due().orElseThrow();
            pauses.add(Duration.between(before, due));
            before = due;
            run.waits(Duration.between(given.now(), due));
            assertThat(run.latest().effect()).isEqualTo(new Effect.AskAgain(apply));
        }

        assertThat(pauses).startsWith(PersonAsked.ASK_AGAIN).endsWith(PersonAsked.ASK_AT_MOST);
        assertThat(pauses).isSorted();
    }

    @Test
    void aCancelIsRememberedForTheStateToResume() {
        OneRun run = unknownApply();
        var apply = run.latest().id();

        run.cancelled();
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);

        run.told(OneRun.ended(apply, OneRun.changed()));
        assertThat(run.latest().effect()).isInstanceOf(Effect.UndoUpdate.class);
        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aCancelWhileAMoveIsUnknownAbortsTheOthersAndWaitsOn() {
        OneRun run = unknownMove().cancelled();

        assertThat(run.latest().effect())
                .isEqualTo(new Effect.AbortMove(
                        new dev.evenkeel.core.fleet.VmId("vm-b"),
                        run.moveOf("vm-b").id()));
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
    }

    @Test
    void theOtherMovesEndAsTheyDoWhileOneIsUnknown() {
        OneRun run = unknownMove().moved("vm-b");
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.last().release()).as("what ended is free").containsExactly("vm:vm-b");

        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.movedTo(new HostId("h2"))));
        assertThat(run.state()).isInstanceOf(HostRunState.Draining.class);
        assertThat(run.run().moved()).isEqualTo(2);
    }

    @Test
    void aMoveThatTurnsOutNotToHaveHappenedIsTriedAgain() {
        OneRun run = unknownMove();

        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.failed("NEVER_BEGAN", Aftermath.UNCHANGED, true)))
                .waits(Duration.ofSeconds(10));

        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-b", "vm-a");
    }

    @Test
    void bothUnknownMovesMustBeAccountedFor() {
        OneRun run = unknownMove();
        run.told(OneRun.ended(run.moveOf("vm-b").id(), OneRun.unknown()));
        run.told(OneRun.ended(run.moveOf("vm-a").id(), OneRun.movedTo(new HostId("h2"))));

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
    }

    @Test
    void whatAnOrderLeftBehindAfterItsRunWasClosedIsTold() {
        OneRun closed = unknownApply().resolved(RunOutcome.FAILED);
        assertThat(closed.noticeTypes()).doesNotContain("LeftBehind");
        assertThat(closed.latestIsUnknown().noticeTypes()).contains("LeftBehind");
        assertThat(closed.run().stateName()).isEqualTo("Ended");
    }

    @Test
    void whatAClosedRunLeftUnchangedIsNoNews() {
        OneRun closed = unknownApply().resolved(RunOutcome.FAILED);
        assertThat(closed.latestFails("WITHDRAWN", Outcome.Aftermath.UNCHANGED).noticeTypes())
                .doesNotContain("LeftBehind");
    }

    private OneRun undoOnAHostThatFilled() {
        return unknownApply()
                .latestFails("DPKG_FAILED", Outcome.Aftermath.CHANGED)
                .latestFails("HOST_NOT_EMPTY", Outcome.Aftermath.CHANGED);
    }

    @Test
    void anUndoThatVmsKeptFromHappeningIsTriedAgainByItself() {
        OneRun run = undoOnAHostThatFilled();
        assertThat(run.run().needsPerson()).isTrue();
        EffectId refused = run.latest().id();

        run.waits(Duration.ofMinutes(1));
        assertThat(run.latest().effect()).isInstanceOf(Effect.UndoUpdate.class);
        assertThat(run.latest().id()).isNotEqualTo(refused);
        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.UNDONE);
    }

    @Test
    void noSecondUndoIsOrderedBeforeTheFirstIsAnswered() {
        OneRun run = undoOnAHostThatFilled().waits(Duration.ofMinutes(1));
        EffectId undo = run.latest().id();
        run.waits(Duration.ofMinutes(2));
        assertThat(run.latest().effect()).isEqualTo(new Effect.AskAgain(undo));
    }

    @Test
    void thePersonIsCalledOnceHoweverOftenTheHostIsNotEmpty() {
        OneRun run = undoOnAHostThatFilled();
        long called = calls(run);
        for (int i = 0; i < 5; i++) {
            run.waits(Duration.ofHours(1));
            run.latestFails("HOST_NOT_EMPTY", Outcome.Aftermath.CHANGED);
        }
        assertThat(calls(run)).isEqualTo(called);
        assertThat(run.run().needsPerson()).isTrue();
    }

    @Test
    void anUndoThatFailsForTheSameReasonAgainCallsNobodyAgain() {
        OneRun run = unknownApply()
                .latestFails("DPKG_FAILED", Outcome.Aftermath.CHANGED)
                .latestFails("UNDO_FAILED", Outcome.Aftermath.CHANGED);
        long called = calls(run);
        run.latestFails("UNDO_FAILED", Outcome.Aftermath.CHANGED);
        assertThat(calls(run)).isEqualTo(called);
    }

    private static long calls(OneRun run) {
        return run.noticeTypes().stream().filter("PersonNeeded"::equals).count();
    }
}
