package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host that is patched, and brought back, beneath VMs which run on. */
class HotPatchRunTest {
    private static final String KERNEL = "6.1.0-41-amd64";
    private static final PatchFile FIX = Given.livepatch(KERNEL);
    private static final Effect APPLY = new Effect.ApplyUpdate(Given.UPDATE, Method.HOT_PATCH);
    private static final Effect VERIFY = new Effect.VerifyUpdate(Given.UPDATE);
    private static final Effect UNDO = new Effect.UndoUpdate(Given.UPDATE, Method.HOT_PATCH);

    private final Given given = new Given();

    @BeforeEach
    void aHostWithTwoVmsAndRoomElsewhere() {
        given.updateOnlyPatches(FIX);
        given.host("h1").kernel(KERNEL).runs("vm-a", "vm-b");
        given.host("h2").kernel(KERNEL);
    }

    private OneRun patching() {
        return OneRun.of(given, "h1", new Purpose.UpdateHost(Given.UPDATE, Method.HOT_PATCH))
                .begins();
    }

    private OneRun takingBack() {
        given.host("h1").has(FIX);
        return OneRun.of(given, "h1", new Purpose.UpdateHost(Given.UPDATE, Method.HOT_PATCH, true))
                .begins();
    }

    /** What was ordered is through, and these VMs ran on meanwhile. */
    private OneRun through(OneRun run, String... vms) {
        given.passes(Duration.ofSeconds(4));
        return run.told(OneRun.ended(
                run.latest().id(),
                changed(Stream.of(vms).map(vm -> ranOn(vm, null)).toList())));
    }

    private static Outcome changed(List<Outcome.Stood> stood) {
        TreeMap<String, String> before = new TreeMap<>(Map.of("kernel", KERNEL));
        TreeMap<String, String> after = new TreeMap<>(Map.of("kernel", KERNEL, FIX.fact(), FIX.version()));
        return new Outcome.Changed(before, after, stood);
    }

    private static Outcome.Stood ranOn(String vm, @Nullable Refusal died) {
        return new Outcome.Stood(new VmId(vm), Duration.ZERO, Duration.ofSeconds(3), null, null, died);
    }

    @Test
    void whatIsAppliedIsVerifiedAndThenDoneAndNoVmIsTouched() {
        OneRun run = patching();
        assertThat(run.state()).isInstanceOf(HostRunState.Applying.class);
        through(run, "vm-a", "vm-b");
        assertThat(run.state()).isInstanceOf(HostRunState.Verifying.class);
        run.latestSucceeds();

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.effects()).containsExactly(APPLY, VERIFY);
        assertThat(run.noticeTypes())
                .containsExactly("HostRunStarted", "HostReady", "UpdateApplied", "UpdateVerified", "HostRunEnded");
    }

    @Test
    void nothingIsWaitedForAndOnlyTheHostAndItsBudgetsAreHeld() {
        OneRun run = patching();

        assertThat(run.effects()).as("at once").containsExactly(APPLY);
        assertThat(run.last().acquire()).containsExactly(new Hold("host:h1", 1), new Hold("rack:rack1", 1));
    }

    @Test
    void vmsThatCanNeitherMoveNorRestartAreNoHindrance() {
        given.vm("vm-a").owner(OneRun.staying(Intent.Restart.NEVER)).obstacle("HOST_DEVICE");
        given.vm("vm-b").tied("MEMORY_NOT_SHARED");

        OneRun run = through(patching(), "vm-a", "vm-b").latestSucceeds();

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void theLedgerHasARowForEachVmThatRanOnWithNothingForecastBesideWhatWasMeasured() {
        OneRun run = patching();
        var applied = run.latest().id();
        through(run, "vm-a", "vm-b").latestSucceeds();

        assertThat(run.ledger()).extracting(LedgerEntry::vmName).containsExactly("vm-a", "vm-b");
        assertThat(run.ledger()).allSatisfy(row -> {
            assertThat(row.effect()).isEqualTo(applied);
            assertThat(row.method()).isEqualTo(Method.HOT_PATCH);
            assertThat(row.cause()).isEqualTo("update " + Given.UPDATE);
            assertThat(row.tenant()).isEqualTo(new TenantId("acme"));
            assertThat(row.from()).isEqualTo(new HostId("h1")).isEqualTo(row.to());
            assertThat(row.forecastStop()).isEqualTo(Duration.ZERO);
            assertThat(row.stop()).isEqualTo(Duration.ZERO);
            assertThat(Duration.between(row.startedAt(), row.endedAt())).isEqualTo(Duration.ofSeconds(3));
        });
    }

    @Test
    void whatAVmDidFeelIsInTheLedgerBesideTheForecastOfNothing() {
        OneRun run = patching();
        Outcome.Stood felt = new Outcome.Stood(
                new VmId("vm-a"), Duration.ofMillis(70), Duration.ofSeconds(3), Duration.ofMillis(70), null, null);

        run.told(OneRun.ended(run.latest().id(), changed(List.of(felt))));

        assertThat(run.ledger().getFirst().stop()).isEqualTo(Duration.ofMillis(70));
        assertThat(run.ledger().getFirst().forecastStop()).isEqualTo(Duration.ZERO);
        assertThat(run.ledger().getFirst().skewBefore()).isEqualTo(Duration.ofMillis(70));
    }

    @Test
    void aVmThatCameUnseenAndRanOnHasARowUnderItsId() {
        OneRun run = through(patching(), "vm-z");

        assertThat(run.ledger()).extracting(LedgerEntry::vmName).containsExactly("vm-z");
    }

    @Test
    void aVmThatDidNotOutliveItIsCountedAndToldAndHasNoRowOfNothing() {
        OneRun run = patching();
        Refusal died = Refusal.of("VM_DIED", "its process is gone");

        run.told(OneRun.ended(run.latest().id(), changed(List.of(ranOn("vm-a", died), ranOn("vm-b", null)))))
                .latestSucceeds();

        assertThat(run.run().vmsLost()).isEqualTo(1);
        assertThat(run.noticeTypes()).contains("VmDied");
        assertThat(run.ledger()).extracting(LedgerEntry::vmName).containsExactly("vm-b");
        assertThat(run.last().messages())
                .as("the rollout's gate hears of it")
                .anyMatch(m -> m.event() instanceof RunEvent.HostRunEnded ended && ended.vmsLost() == 1);
    }

    @Test
    void aPatchThatDidNotGoInAndLeftNothingIsRefused() {
        OneRun run = patching().latestFails("TRANSITION_STUCK", Aftermath.UNCHANGED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("TRANSITION_STUCK");
        assertThat(run.effects()).containsExactly(APPLY);
    }

    @Test
    void aPatchThatWentInHalfWayIsUndone() {
        OneRun run = patching().latestFails("SECOND_PATCH_BUSY", Aftermath.CHANGED);
        assertThat(run.latest().effect()).isEqualTo(UNDO);

        through(run, "vm-a", "vm-b");
        assertThat(run.outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(run.why().code()).isEqualTo("SECOND_PATCH_BUSY");
        assertThat(run.ledger()).as("the way back is felt or not, too").hasSize(2);
    }

    @Test
    void aPatchThatIsNotLiveAfterwardsIsUndone() {
        OneRun run = through(patching()).latestFails("NOT_LIVE", Aftermath.CHANGED);
        assertThat(run.latest().effect()).isEqualTo(UNDO);

        assertThat(through(run).outcome()).isEqualTo(RunOutcome.UNDONE);
    }

    @Test
    void anUndoOfAPatchThatFailsAsksAPersonWhateverItLeft() {
        for (Aftermath left : List.of(Aftermath.UNCHANGED, Aftermath.CHANGED)) {
            OneRun run = through(patching()).latestFails("NOT_LIVE", Aftermath.CHANGED);

            run.latestFails("TRANSITION_STUCK", left);

            assertThat(run.state()).as(left.name()).isInstanceOf(HostRunState.NeedsPerson.class);
            assertThat(run.why().evidence()).containsKey("undoing");
        }
    }

    @Test
    void aCancelWhileThePatchGoesInIsUndoneAfterwards() {
        OneRun run = patching().cancelled();
        assertThat(run.last().orders()).as("what is under way is not torn out").isEmpty();

        through(run, "vm-a", "vm-b");
        assertThat(run.latest().effect()).isEqualTo(UNDO);
        assertThat(run.ledger()).as("it was in for a while").hasSize(2);

        through(run, "vm-a", "vm-b");
        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.ledger()).hasSize(4);
    }

    @Test
    void aCancelOfAPatchThatDoesNotGoInNeedsNoUndo() {
        OneRun run = patching().cancelled().latestFails("TRANSITION_STUCK", Aftermath.UNCHANGED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.effects()).containsExactly(APPLY);
    }

    @Test
    void whatNobodyKnowsAPersonIsAskedAndTheAgentIsAskedAgain() {
        OneRun run = patching();
        var applying = run.latest().id();
        run.latestIsUnknown();
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.last().release()).isEmpty();

        run.waits(PersonAsked.ASK_AGAIN);
        assertThat(run.latest().effect()).isEqualTo(new Effect.AskAgain(applying));

        run.told(OneRun.ended(applying, changed(List.of(ranOn("vm-a", null)))));
        assertThat(run.latest().effect()).as("a late answer is as good").isEqualTo(VERIFY);
        assertThat(run.ledger()).hasSize(1);
    }

    @Test
    void silenceBeyondTheLimitAsksAPerson() {
        OneRun run = patching().waits(RunPolicy.DEFAULT.change());

        assertThat(run.why().code()).isEqualTo("EFFECT_OVERDUE");
    }

    @Test
    void aHostThatHasThePatchIsDoneAtOnce() {
        given.host("h1").has(FIX);

        OneRun run = patching();

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.why().code()).isEqualTo("ALREADY_ON");
        assertThat(run.effects()).isEmpty();
    }

    @Test
    void whatIsTakenBackIsUndoneAndThenDone() {
        OneRun run = takingBack();
        assertThat(run.effects()).containsExactly(UNDO);

        through(run, "vm-a", "vm-b");

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.effects()).containsExactly(UNDO);
        assertThat(run.ledger()).extracting(LedgerEntry::cause).containsOnly("taking back update " + Given.UPDATE);
        assertThat(run.ledger()).extracting(LedgerEntry::forecastStop).containsOnly(Duration.ZERO);
        assertThat(run.ledger()).hasSize(2);
    }

    @Test
    void aHostThatDoesNotHaveItHasNothingToGiveBack() {
        OneRun run = OneRun.of(given, "h1", new Purpose.UpdateHost(Given.UPDATE, Method.HOT_PATCH, true))
                .begins();

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
        assertThat(run.why().code()).isEqualTo("ALREADY_OFF");
        assertThat(run.effects()).isEmpty();
    }

    @Test
    void aPatchThatWillNotComeOutAndStaysLiveIsRefused() {
        OneRun run = takingBack().latestFails("TRANSITION_STUCK", Aftermath.UNCHANGED);

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("TRANSITION_STUCK");
    }

    @Test
    void aPatchThatCameOutHalfWayAsksAPerson() {
        OneRun run = takingBack().latestFails("MODULE_STAYS", Aftermath.CHANGED);

        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);
        assertThat(run.why().code()).isEqualTo("MODULE_STAYS");
        assertThat(run.why().evidence()).containsKey("undoing");
    }

    @Test
    void whetherItCameOutNobodyKnowsAPersonIsAskedAndALateAnswerEndsIt() {
        OneRun run = takingBack();
        var undoing = run.latest().id();
        run.latestIsUnknown();
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);

        run.told(OneRun.ended(undoing, changed(List.of())));

        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void aCancelWhileItComesOutChangesNothing() {
        OneRun run = takingBack().cancelled();

        assertThat(run.ignoredIt()).isTrue();
        assertThat(through(run).outcome()).isEqualTo(RunOutcome.DONE);
    }
}
