package dev.evenkeel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The simulation can fail: each bug that is planted is found, by the invariant that it breaks. */
class PlantedBugTest {
    /** As many as {@link SimulationTest} looks at; the rarest bug shows in one of a hundred. */
    private static final long WITHIN = 1000;

    @Test
    void anEffectThatLeavesBeforeItsCommitIsFound() {
        isFound(PlantedBug.EFFECT_BEFORE_COMMIT, EnumSet.of(Invariant.COMMITTED_INTENT));
    }

    @Test
    void aSkippedFenceIsFound() {
        isFound(PlantedBug.SKIPPED_FENCE, EnumSet.of(Invariant.FENCE));
    }

    @Test
    void aBudgetReleasedTwiceIsFound() {
        isFound(PlantedBug.BUDGET_RELEASED_TWICE, EnumSet.of(Invariant.BUDGETS));
    }

    @Test
    void aStoppedVmThatIsForgottenIsFound() {
        isFound(PlantedBug.FORGETS_STOPPED_VMS, EnumSet.of(Invariant.STARTED_AGAIN));
    }

    private static void isFound(PlantedBug bug, EnumSet<Invariant> by) {
        Verdict found = LongStream.rangeClosed(1, WITHIN)
                .mapToObj(seed -> Simulation.run(seed, bug))
                .filter(verdict -> !verdict.holds())
                .findFirst()
                .orElseThrow(() -> new AssertionError(bug + " was not found in " + WITHIN + " seeds"));

        assertThat(by).as(found::story).contains(found.broken());
        assertThat(Simulation.run(found.seed()).holds())
                .as("seed %d without the bug", found.seed())
                .isTrue();
        assertThat(found.story()).contains("seed " + found.seed(), "last events");
    }
}
