package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a rollout does with hosts that carry VMs which are exempt. */
class ExemptHostsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Given given = new Given();

    @BeforeEach
    void twoHosts() {
        given.host("h1").runs("vm-a");
        given.host("h2").runs("vm-b", "vm-c");
        given.host("h3");
    }

    private OneRollout rollout() {
        return OneRollout.over(given, RolloutPolicy.DEFAULT, "h1 h2").begins();
    }

    private static Refusal why(OneRollout rollout, String host) {
        return Objects.requireNonNull(rollout.progressOf(host).why());
    }

    @Test
    void theHostIsSkippedWithTheReasonAndTheRolloutIsPartial() {
        given.vm("vm-b").exempt(HOUR);
        OneRollout rollout = rollout().isDone("h1");

        assertThat(rollout.taken()).containsExactly("h1");
        assertThat(why(rollout, "h2").code()).isEqualTo("VM_EXEMPT");
        assertThat(why(rollout, "h2").evidence()).containsEntry("vm", "vm-b");
        assertThat(rollout.outcome()).isEqualTo(RunOutcome.PARTIAL);
    }

    @Test
    void itIsTakenWhenTheExemptionHasEndedByItsTurn() {
        given.vm("vm-b").exempt(Duration.ofMinutes(1));
        OneRollout rollout = rollout();
        given.passes(Duration.ofMinutes(2));
        rollout.isDone("h1");

        assertThat(rollout.taken()).containsExactly("h1", "h2");
    }

    @Test
    void anExemptionFromAnotherUpdateChangesNothing() {
        given.vm("vm-b").exempt(HOUR, new UpdateId("another"));

        assertThat(rollout().isDone("h1").taken()).containsExactly("h1", "h2");
    }

    @Test
    void aHotPatchGoesOnForNobodyFeelsIt() {
        given.vm("vm-a").exempt(HOUR);
        given.host("h1").kernel("6.12.1");
        given.updateAlsoPatches(Given.livepatch("6.12.1"));
        OneRollout rollout = OneRollout.over(given, RolloutPolicy.DEFAULT, "h1").begins();

        assertThat(rollout.progressOf("h1").method()).isEqualTo(Method.HOT_PATCH);
    }

    @Test
    void whereTheHostItselfRefusesTheHotPatchTheNextRungIsRefused() {
        given.vm("vm-a").exempt(HOUR);
        given.host("h1").kernel("6.12.1");
        given.updateAlsoPatches(Given.livepatch("6.12.1"));
        OneRollout rollout = OneRollout.over(given, RolloutPolicy.DEFAULT, "h1")
                .begins()
                .endsRefused("h1", "PATCH_STUCK")
                .looks();

        assertThat(why(rollout, "h1").code()).isEqualTo("VM_EXEMPT");
        assertThat(why(rollout, "h1").evidence()).containsKey("HOT_PATCH.0");
    }
}
