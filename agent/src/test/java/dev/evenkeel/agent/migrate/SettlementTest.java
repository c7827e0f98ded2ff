package dev.evenkeel.agent.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.libvirt.DomainState;
import dev.evenkeel.agent.libvirt.DomainState.Status;
import dev.evenkeel.agent.migrate.Settlement.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettlementTest {
    private static final EndView ABSENT = new EndView.Absent();
    private static final EndView SILENT = new EndView.Unreachable("timed out");
    private static final EndView RUNNING = active(Status.RUNNING, 1);
    private static final EndView MIGRATED_AWAY = new EndView.Stopped(new DomainState(Status.SHUT_OFF, 4));
    private static final EndView CRASHED = new EndView.Stopped(new DomainState(Status.SHUT_OFF, 3));
    private static final EndView PAUSED_BY_MIGRATION = active(Status.PAUSED, 2);
    private static final EndView PAUSED_BY_OWNER = active(Status.PAUSED, 1);
    private static final EndView WAITING_FOR_MEMORY =
            new EndView.Active(new DomainState(Status.PAUSED, 2), false, true);
    private static final EndView BROKEN_POST_COPY = active(Status.PAUSED, 13);
    private static final EndView BROKEN_POST_COPY_THERE = active(Status.RUNNING, 11);
    private static final EndView POST_COPY_HERE = active(Status.PAUSED, 12);
    private static final EndView POST_COPY_THERE = active(Status.RUNNING, 10);
    private static final EndView BUSY = new EndView.Active(new DomainState(Status.RUNNING, 1), true, false);

    @Test
    void itMovedWhenItRunsThereAndIsGoneHere() {
        assertThat(decide(ABSENT, RUNNING)).isEqualTo(new Verdict.Moved(false, false));
        assertThat(decide(MIGRATED_AWAY, RUNNING)).isEqualTo(new Verdict.Moved(false, true));
    }

    @Test
    void itMovedWhenItRunsThereAndStandsStillHereBecauseTheLastWordGotLost() {
        assertThat(decide(PAUSED_BY_MIGRATION, RUNNING)).isEqualTo(new Verdict.Moved(true, true));
    }

    @Test
    void itStayedWhenItRunsHereAndTheOtherHostHasNothing() {
        assertThat(decide(RUNNING, ABSENT)).isEqualTo(new Verdict.Stayed(false, false, true));
    }

    @Test
    void aLeftoverThatNeverRanIsClearedOnceTheVmRunsHere() {
        assertThat(decide(RUNNING, WAITING_FOR_MEMORY)).isEqualTo(new Verdict.Stayed(true, false, true));
        assertThat(decide(RUNNING, PAUSED_BY_MIGRATION)).isEqualTo(new Verdict.Stayed(true, false, true));
    }

    @Test
    void itStayedAlsoWhenTheOtherHostIsSilentButThatIsTold() {
        assertThat(decide(RUNNING, SILENT)).isEqualTo(new Verdict.Stayed(false, false, false));
    }

    @Test
    void aPausedSourceIsResumedOnlyWhenNoOtherProcessCouldRunIt() {
        assertThat(decide(PAUSED_BY_MIGRATION, ABSENT)).isEqualTo(new Verdict.Stayed(false, true, true));
        assertThat(decide(PAUSED_BY_MIGRATION, WAITING_FOR_MEMORY)).isEqualTo(new Verdict.Stayed(true, true, true));
        assertThat(decide(PAUSED_BY_MIGRATION, SILENT)).isInstanceOf(Verdict.Unsettled.class);
        assertThat(decide(PAUSED_BY_MIGRATION, PAUSED_BY_MIGRATION)).isInstanceOf(Verdict.Unsettled.class);
    }

    @Test
    void twoRunningCopiesAreForAPerson() {
        assertThat(decide(RUNNING, RUNNING)).isInstanceOf(Verdict.HandsOff.class);
    }

    @Test
    void brokenPostCopyIsTakenUpAgainWhereBothHalvesAreThere() {
        assertThat(decide(BROKEN_POST_COPY, BROKEN_POST_COPY_THERE)).isEqualTo(new Verdict.Broken());
        assertThat(decide(BROKEN_POST_COPY, POST_COPY_THERE)).isEqualTo(new Verdict.Broken());
        assertThat(decide(POST_COPY_HERE, BROKEN_POST_COPY_THERE)).isEqualTo(new Verdict.Broken());
        assertThat(decide(BROKEN_POST_COPY, PAUSED_BY_MIGRATION)).isEqualTo(new Verdict.Broken());
        assertThat(decide(BROKEN_POST_COPY, SILENT)).isInstanceOf(Verdict.Unsettled.class);
    }

    @Test
    void theHalfOfAVmIsClearedOnlyWhenTheOtherHalfIsSurelyGone() {
        assertThat(decide(CRASHED, BROKEN_POST_COPY_THERE)).isEqualTo(new Verdict.Lost(false, true));
        assertThat(decide(CRASHED, POST_COPY_THERE)).isEqualTo(new Verdict.Lost(false, false));
        assertThat(Settlement.decide(ABSENT, BROKEN_POST_COPY_THERE, false, true))
                .isEqualTo(new Verdict.Lost(false, true));
        assertThat(decide(BROKEN_POST_COPY, ABSENT)).isEqualTo(new Verdict.Lost(true, true));
        assertThat(decide(SILENT, BROKEN_POST_COPY_THERE)).isInstanceOf(Verdict.Unsettled.class);
        assertThat(decide(MIGRATED_AWAY, POST_COPY_THERE)).isInstanceOf(Verdict.Unsettled.class);
    }

    @Test
    void brokenPostCopyThatFitsNoPictureIsForAPerson() {
        assertThat(decide(BROKEN_POST_COPY, RUNNING)).isInstanceOf(Verdict.HandsOff.class);
        assertThat(decide(ABSENT, BROKEN_POST_COPY_THERE)).isInstanceOf(Verdict.HandsOff.class);
        assertThat(decide(MIGRATED_AWAY, BROKEN_POST_COPY_THERE)).isInstanceOf(Verdict.HandsOff.class);
    }

    @Test
    void itIsDeadOnlyWhenItWasSeenToDie() {
        assertThat(decide(CRASHED, ABSENT)).isEqualTo(new Verdict.Dead());
        assertThat(Settlement.decide(ABSENT, ABSENT, false, true)).isEqualTo(new Verdict.Dead());
        assertThat(decide(ABSENT, ABSENT)).isInstanceOf(Verdict.Unsettled.class);
        assertThat(decide(MIGRATED_AWAY, ABSENT)).isInstanceOf(Verdict.Unsettled.class);
        assertThat(decide(ABSENT, SILENT)).isInstanceOf(Verdict.Unsettled.class);
    }

    @Test
    void oneThatWasShutOffOnPurposeIsNotDead() {
        EndView destroyed = new EndView.Stopped(new DomainState(Status.SHUT_OFF, 2));
        assertThat(decide(destroyed, ABSENT)).isEqualTo(new Verdict.ShutOff());
        assertThat(decide(destroyed, SILENT)).isInstanceOf(Verdict.Unsettled.class);
    }

    @Test
    void theOnlyCopyIsNeverDestroyed() {
        for (EndView source : List.of(ABSENT, SILENT, MIGRATED_AWAY, CRASHED)) {
            for (EndView destination : List.of(PAUSED_BY_MIGRATION, PAUSED_BY_OWNER, WAITING_FOR_MEMORY, BUSY)) {
                assertThat(decide(source, destination)).isNotInstanceOf(Verdict.Stayed.class);
            }
        }
    }

    @Test
    void whileAJobRunsNothingIsDecided() {
        assertThat(decide(BUSY, ABSENT)).isInstanceOf(Verdict.Unsettled.class);
        assertThat(decide(BUSY, PAUSED_BY_MIGRATION)).isInstanceOf(Verdict.Unsettled.class);
    }

    @Test
    void aVmThatItsOwnerHadPausedMovesPaused() {
        assertThat(Settlement.decide(ABSENT, PAUSED_BY_OWNER, true, false)).isEqualTo(new Verdict.Moved(false, false));
        assertThat(Settlement.decide(PAUSED_BY_OWNER, ABSENT, true, false))
                .isEqualTo(new Verdict.Stayed(false, false, true));
    }

    private static Verdict decide(EndView source, EndView destination) {
        return Settlement.decide(source, destination, false, false);
    }

    private static EndView active(Status status, int reason) {
        return new EndView.Active(new DomainState(status, reason), false, false);
    }
}
