package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.rollout.HostProgress.Status;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hot patches brought to many hosts, and taken back from them. */
class HotPatchRolloutTest {
    private static final String KERNEL = "6.1.0-41-amd64";
    private static final PatchFile FIX = Given.livepatch(KERNEL);
    private static final RolloutPolicy WIDE = OneRollout.policy(100, 100, 0);

    private final Given given = new Given();

    @BeforeEach
    void fourHostsOfOneRackWhoseVmsCanGoNowhere() {
        given.updateOnlyPatches(FIX);
        for (int i = 1; i <= 4; i++) {
            given.host("h" + i).kernel(KERNEL).runs("vm-" + i);
            given.vm("vm-" + i).obstacle("HOST_DEVICE");
        }
    }

    private OneRollout patching(String... rings) {
        return OneRollout.over(given, WIDE, rings).begins();
    }

    private OneRollout takingBack(String... rings) {
        return OneRollout.over(given, WIDE, rings).takingBack().begins();
    }

    private static Given aHostWithARungBelow() {
        Given other = new Given();
        other.updateAlsoPatches(FIX);
        other.host("h1").kernel(KERNEL).runs("vm-1");
        other.host("h9").kernel(KERNEL);
        return other;
    }

    private OneRollout patched(OneRollout rollout, String host) {
        given.host(host).has(FIX);
        return rollout.ends(host, RunOutcome.DONE).isSeen();
    }

    private OneRollout gaveBack(OneRollout rollout, String host) {
        given.host(host).lacks(FIX);
        return rollout.ends(host, RunOutcome.DONE).isSeen();
    }

    @Test
    void allHostsOfARingAreTakenAtOnceWhateverTheirVms() {
        OneRollout rollout = patching("h1 h2 h3 h4");

        assertThat(rollout.taken()).containsExactly("h1", "h2", "h3", "h4");
        assertThat(rollout.runOf("h3").purpose()).isEqualTo(new Purpose.UpdateHost(Given.UPDATE, Method.HOT_PATCH));
    }

    @Test
    void theRestFollowsOnceTheCanariesAreSeenWithThePatch() {
        OneRollout rollout = patching("h1 h2", "h3 h4");
        assertThat(rollout.taken()).containsExactly("h1", "h2");

        patched(rollout, "h1");
        assertThat(rollout.taken()).as("one canary is not through").hasSize(2);
        rollout.ends("h2", RunOutcome.DONE).isSeen();
        assertThat(rollout.taken()).as("one canary is not seen with it").hasSize(2);

        given.host("h2").has(FIX);
        rollout.isSeen();
        assertThat(rollout.taken()).containsExactly("h1", "h2", "h3", "h4");
    }

    @Test
    void aCanaryThatWasBroughtBackHaltsItBeforeTheNextRing() {
        OneRollout rollout = patching("h1 h2", "h3 h4").ends("h1", RunOutcome.UNDONE);

        patched(rollout, "h2").waits(Duration.ofHours(1));

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_FAILURES");
        assertThat(rollout.taken()).containsExactly("h1", "h2");
    }

    @Test
    void aCanaryThatLostAVmHaltsItBeforeTheNextRing() {
        OneRollout rollout = patching("h1", "h3 h4");
        given.host("h1").has(FIX);

        rollout.ends("h1", RunOutcome.DONE, 1).isSeen();

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_VM_LOST");
        assertThat(rollout.taken()).containsExactly("h1");
    }

    @Test
    void aHostThatRefusedItIsSkippedWithTheReasonAndTheRestIsDone() {
        OneRollout rollout = patching("h1", "h2 h3 h4");
        patched(rollout, "h1").ends("h2", RunOutcome.REFUSED);

        patched(rollout, "h3");
        patched(rollout, "h4");

        assertThat(rollout.outcome()).isEqualTo(RunOutcome.PARTIAL);
        assertThat(rollout.statusOf("h2")).isEqualTo(Status.SKIPPED);
        assertThat(why(rollout, "h2").code()).isEqualTo("BECAUSE");
    }

    @Test
    void aHostThatRefusesThePatchGetsTheUpdateByTheNextRung() {
        OneRollout rollout = OneRollout.over(aHostWithARungBelow(), WIDE, "h1").begins();
        assertThat(rollout.progressOf("h1").method()).isEqualTo(Method.HOT_PATCH);

        rollout.ends("h1", RunOutcome.REFUSED).looks();

        assertThat(rollout.taken()).containsExactly("h1", "h1");
        assertThat(rollout.runOf("h1").purpose()).isEqualTo(new Purpose.UpdateHost(Given.UPDATE, Method.MIGRATE));
    }

    @Test
    void aHostThatOthersHoldIsNotDisturbedMoreForThat() {
        OneRollout rollout = OneRollout.over(aHostWithARungBelow(), WIDE, "h1")
                .begins()
                .endsRefused("h1", Hold.TAKEN)
                .looks();

        assertThat(rollout.taken()).containsExactly("h1");
        assertThat(rollout.statusOf("h1")).isEqualTo(Status.SKIPPED);
    }

    @Test
    void canariesThatAllRefuseItProveNothingAndHaltItUntilAPersonHasLooked() {
        OneRollout rollout = patching("h1 h2", "h3 h4")
                .ends("h1", RunOutcome.REFUSED)
                .ends("h2", RunOutcome.REFUSED)
                .looks();
        assertThat(rollout.stoppedBy()).isEqualTo("GATE_RING_REFUSED");
        assertThat(rollout.taken()).containsExactly("h1", "h2");

        rollout.resumed().looks();

        assertThat(rollout.taken()).containsExactly("h1", "h2", "h3", "h4");
    }

    @Test
    void aHostOnAnotherBuildIsSkippedWithTheReasonBeforeAnythingIsOrdered() {
        given.host("h2").kernel("6.1.0-41-cloud-amd64");

        OneRollout rollout = patching("h1 h2");

        assertThat(rollout.taken()).containsExactly("h1");
        assertThat(rollout.statusOf("h2")).isEqualTo(Status.SKIPPED);
        assertThat(why(rollout, "h2").evidence().get("HOT_PATCH.0")).contains("6.1.0-41-cloud-amd64", KERNEL);
    }

    @Test
    void hostsThatDoNotHaveItHaveNothingToGiveBack() {
        given.host("h2").has(FIX);
        given.host("h4").has(FIX);

        OneRollout rollout = takingBack("h1 h2 h3 h4");

        assertThat(rollout.taken()).containsExactly("h2", "h4");
        assertThat(rollout.statusOf("h1")).isEqualTo(Status.ALREADY);
        assertThat(rollout.statusOf("h3")).isEqualTo(Status.ALREADY);
        assertThat(rollout.runOf("h2").purpose())
                .isEqualTo(new Purpose.UpdateHost(Given.UPDATE, Method.HOT_PATCH, true));

        gaveBack(rollout, "h2");
        assertThat(gaveBack(rollout, "h4").outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void whereNobodyHasItTakingItBackIsDoneAtOnce() {
        OneRollout rollout = takingBack("h1 h2", "h3 h4");

        assertThat(rollout.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(rollout.taken()).isEmpty();
    }

    @Test
    void aHostThatHasBootedAnotherKernelHasNothingToGiveBackEither() {
        given.host("h1").kernel("6.12.9-amd64");

        assertThat(takingBack("h1").statusOf("h1")).isEqualTo(Status.ALREADY);
    }

    @Test
    void aHostThatStillHasWhatWasTakenBackStopsIt() {
        given.host("h1").has(FIX);
        given.host("h2").has(FIX);
        OneRollout rollout = takingBack("h1", "h2").ends("h1", RunOutcome.DONE).isSeen();
        assertThat(rollout.taken()).containsExactly("h1");

        for (int i = 0; i <= 300; i++) {
            rollout.waits(Duration.ofSeconds(1));
        }

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_STILL_ON");
        assertThat(rollout.taken()).containsExactly("h1");
    }

    @Test
    void aCanaryThatCouldNotBeBroughtBackHaltsItBeforeTheNextRing() {
        given.host("h1").has(FIX);
        given.host("h2").has(FIX);

        OneRollout rollout =
                takingBack("h1", "h2").ends("h1", RunOutcome.FAILED).isSeen();

        assertThat(rollout.stoppedBy()).isEqualTo("GATE_FAILURES");
        assertThat(rollout.taken()).containsExactly("h1");
    }

    @Test
    void aHostOnWhichItStaysLiveIsToldAndTheRestGivesItBack() {
        given.host("h1").has(FIX);
        given.host("h2").has(FIX);
        OneRollout rollout =
                takingBack("h1", "h2").ends("h1", RunOutcome.REFUSED).looks();

        assertThat(rollout.taken()).containsExactly("h1", "h2");
        assertThat(gaveBack(rollout, "h2").outcome()).isEqualTo(RunOutcome.PARTIAL);
        assertThat(rollout.statusOf("h1")).isEqualTo(Status.SKIPPED);
    }

    @Test
    void aHostThatCanNoLongerTakeItBackIsSkippedWithTheReason() {
        given.host("h1").has(FIX).isPlain();
        given.host("h2").has(FIX);

        OneRollout rollout = takingBack("h1 h2");

        assertThat(rollout.taken()).containsExactly("h2");
        assertThat(why(rollout, "h1").evidence().get("HOT_PATCH.0")).contains("CONFIG_LIVEPATCH");
    }

    private static Refusal why(OneRollout rollout, String host) {
        return Objects.requireNonNull(rollout.progressOf(host).why());
    }
}
