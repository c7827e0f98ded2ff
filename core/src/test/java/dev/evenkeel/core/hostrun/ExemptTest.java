package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a run does, and does not, on a host with a VM that is exempt. */
class ExemptTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Given given = new Given();

    private void isRefused(OneRun run) {
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("VM_EXEMPT");
        assertThat(run.why().evidence()).containsEntry("vm", "vm-b").containsEntry("reason", "a demo for investors");
    }

    @Test
    void aRunDoesNotBegin() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.vm("vm-b").exempt(HOUR);

        OneRun run = OneRun.updating(given, "h1").begins();
        isRefused(run);
        assertThat(run.effects()).isEmpty();
        assertThat(run.last().acquire()).isEmpty();
    }

    @Test
    void itBeginsOnceTheExemptionHasEndedByItself() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").exempt(HOUR);
        given.passes(HOUR);
        given.host("h1").isSeen();
        given.host("h2").isSeen();

        assertThat(OneRun.updating(given, "h1").begins().movesOrdered()).containsExactly("vm-a");
    }

    @Test
    void anExemptionFromAnotherUpdateIsNone() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").exempt(HOUR, new UpdateId("another"));

        assertThat(OneRun.updating(given, "h1").begins().movesOrdered()).containsExactly("vm-a");
    }

    @Test
    void anExemptionFromOneUpdateIsNoneFromAnEvacuation() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").exempt(HOUR, Given.UPDATE);

        assertThat(OneRun.of(given, "h1", new Purpose.Evacuate()).begins().movesOrdered())
                .containsExactly("vm-a");
    }

    @Test
    void neitherAnEvacuationNorAMoveByHandTouchesIt() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.vm("vm-b").exempt(HOUR);

        isRefused(OneRun.of(given, "h1", new Purpose.Evacuate()).begins());
        isRefused(OneRun.of(given, "h1", new Purpose.MoveOne(new VmId("vm-b"), null))
                .begins());
        assertThat(OneRun.of(given, "h1", new Purpose.MoveOne(new VmId("vm-a"), null))
                        .begins()
                        .movesOrdered())
                .containsExactly("vm-a");
    }

    @Test
    void aRunThatHasAnnouncedGivesUp() {
        OneRun run = OneRun.announcing(given, "vm-a", "vm-b");
        given.vm("vm-b").exempt(HOUR.multipliedBy(3));

        isRefused(run.waits(HOUR));
        assertThat(run.events()).isEmpty();
    }

    @Test
    void aRunThatAsksOwnersGivesUp() {
        OneRun run = OneRun.offering(given, "vm-b");
        given.vm("vm-b").exempt(HOUR);

        isRefused(run.waits(Duration.ofMinutes(10)));
    }

    @Test
    void anOwnersChoiceDoesNotGoBeforeIt() {
        OneRun run = OneRun.offering(given, "vm-b");
        given.vm("vm-b").exempt(HOUR);

        isRefused(run.told(new RunEvent.OwnerChose(new VmId("vm-b"), given.now(), "acme"))
                .looks());
    }

    @Test
    void aVmThatComesWhileItsHostIsEmptiedIsStuckThere() {
        OneRun run = OneRun.draining(given, "vm-a");
        given.host("h1").runs("vm-b");
        given.vm("vm-b").exempt(HOUR);
        run.looksAtFreshObservations().moved("vm-a").looksAtFreshObservations();

        assertThat(run.movesOrdered()).containsExactly("vm-a");
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.why().code()).isEqualTo("VMS_STUCK");
        assertThat(run.why().evidence().get("vm-b")).startsWith("VM_EXEMPT: VM vm-b is exempt until");
    }

    @Test
    void whatIsUnderWayForAVmGoesOnAndIsNotTriedAgain() {
        OneRun run = OneRun.draining(given, "vm-a");
        given.vm("vm-a").exempt(HOUR);
        run.moveFails("vm-a", "BUSY", dev.evenkeel.core.engine.Outcome.Aftermath.UNCHANGED, true)
                .waits(Duration.ofMinutes(1));

        assertThat(run.movesOrdered()).containsExactly("vm-a");
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
    }

    @Test
    void aVmWhoseOwnerConsentsIsNotRestarted() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        OneRun run = OneRun.restarting(given, "h1", "vm-b").begins();
        given.vm("vm-b").exempt(HOUR);
        run.moved("vm-a").looksAtFreshObservations();

        assertThat(run.effects()).noneMatch(effect -> effect instanceof Effect.StopVm);
        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
    }

    @Test
    void aHostWhoseVmsAreHandedOverIsBroughtBack() {
        OneRun run = OneRun.preserving(given, "vm-a", "vm-b").begins().looksAtFreshObservations();
        given.vm("vm-b").exempt(HOUR);
        run.installed("vm-a", "vm-b");

        assertThat(run.handOversOrdered()).doesNotContain("vm-b");
        assertThat(run.why().code()).isEqualTo("NOT_HANDED_OVER");
    }

    @Test
    void onTheWayBackAPersonIsAskedAndItComesHomeWhenTheExemptionEnds() {
        OneRun run = OneRun.preserving(given, "vm-a").begins().looksAtFreshObservations();
        run.installed("vm-a").handedOver("vm-a").looksAtFreshObservations();
        run.latestFails("NOT_RUNNING_IT", dev.evenkeel.core.engine.Outcome.Aftermath.CHANGED)
                .looksAtFreshObservations();
        run.handedOver("vm-a").looksAtFreshObservations();
        given.vm("vm-a").exempt(HOUR);
        run.latestSucceeds();
        int before = run.handOversOrdered().size();
        run.looksAtFreshObservations();
        assertThat(run.state()).isInstanceOf(HostRunState.NeedsPerson.class);

        run.waits(Duration.ofMinutes(5));
        assertThat(run.handOversOrdered()).hasSize(before);
        given.nobodyIsExempt();
        run.waits(HOUR);
        assertThat(run.handOversOrdered()).hasSize(before + 1);
        run.handedOver("vm-a").looksAtFreshObservations();
        assertThat(run.outcome()).isEqualTo(RunOutcome.UNDONE);
    }

    @Test
    void noVmStandsStillForAnotherKernel() {
        KernelRun kernel = new KernelRun("vm-a", "vm-b").installed();
        kernel.given.vm("vm-b").exempt(HOUR);
        kernel.run.looksAtFreshObservations();

        assertThat(kernel.run.effects()).doesNotContain(KernelRun.FORTH).contains(KernelRun.UNDO);
        assertThat(kernel.run.why().code()).isEqualTo("VM_EXEMPT");
    }

    @Test
    void itsOwnersNoticeIsNotBegunInVain() {
        given.host("h1").runs("vm-b");
        given.host("h2");
        given.vm("vm-b").owner(Intent.DEFAULT.withNotice(HOUR)).exempt(HOUR);

        assertThat(OneRun.updating(given, "h1").begins().noticeTypes()).containsExactly("HostRunEnded");
    }
}
