package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** VMs that keep their memory on their host while its VMM is replaced. */
class HandOverTest {
    private final Given given = new Given();

    private OneRun ready(String... vms) {
        return OneRun.preserving(given, vms).begins().looksAtFreshObservations();
    }

    @Test
    void packagesComeInWhileVmsRunThenEachGetsItsNewProcessAndTheHostIsVerified() {
        OneRun run = ready("vm-a", "vm-b", "vm-c");
        assertThat(run.movesOrdered()).isEmpty();
        assertThat(run.latest().effect()).isEqualTo(new Effect.ApplyUpdate(Given.UPDATE, Method.PRESERVE_VMM));

        run.installed("vm-a", "vm-b", "vm-c");
        assertThat(run.handOversOrdered()).as("two at once").containsExactly("vm-a", "vm-b");
        run.handedOver("vm-a");
        assertThat(run.handOversOrdered()).containsExactly("vm-a", "vm-b", "vm-c");
        run.handedOver("vm-b").handedOver("vm-c").looksAtFreshObservations();

        assertThat(run.latest().effect()).isEqualTo(new Effect.VerifyUpdate(Given.UPDATE));
        run.latestSucceeds();
        assertThat(run.outcome()).isEqualTo(RunOutcome.DONE);
    }

    @Test
    void eachHandOverIsInTheLedgerWithItsForecast() {
        OneRun run = ready("vm-a").installed("vm-a").handedOver("vm-a");

        LedgerEntry row = run.ledger().getFirst();
        assertThat(row.method()).isEqualTo(Method.PRESERVE_VMM);
        assertThat(row.from()).isEqualTo(row.to());
        assertThat(row.forecastStop()).isNotNull();
        assertThat(row.stop()).isEqualTo(Duration.ofMillis(40));
    }

    @Test
    void aVmThatCannotKeepItsMemoryIsMovedAwayFirst() {
        OneRun run = OneRun.preserving(given, "vm-a", "vm-b");
        given.vm("vm-b").tied("MEMORY_NOT_SHARED");
        run.begins();

        assertThat(run.movesOrdered()).containsExactly("vm-b");
        run.moved("vm-b").looksAtFreshObservations();
        assertThat(run.latest().effect()).isInstanceOf(Effect.ApplyUpdate.class);
    }

    @Test
    void aVmThatCanNeitherKeepItsMemoryNorBeMovedLeavesTheHostAsItIs() {
        OneRun run = OneRun.preserving(given, "vm-a", "vm-b");
        given.vm("vm-b").tied("MEMORY_NOT_SHARED").owner(OneRun.staying(Intent.Restart.CONSENT));
        run.begins().looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.REFUSED);
        assertThat(run.effects()).isEmpty();
    }

    @Test
    void nothingIsHandedOverBeforeTheHostWasSeenWithItsNewPackages() {
        OneRun run = ready("vm-a");
        run.latestSucceeds().looks();

        assertThat(run.state()).isInstanceOf(HostRunState.HandingOver.class);
        assertThat(run.handOversOrdered()).isEmpty();
    }

    @Test
    void aHandOverThatFailsForNowIsTriedAgain() {
        OneRun run = ready("vm-a").installed("vm-a");
        run.handOverFails("vm-a", "HANDOVER_FAILED", Aftermath.UNCHANGED, true).waits(Duration.ofSeconds(10));

        assertThat(run.handOversOrdered()).containsExactly("vm-a", "vm-a");
    }

    @Test
    void aVmThatCannotBeHandedOverHasTheHostBroughtBackAndTheOthersHandedBack() {
        OneRun run = ready("vm-a", "vm-b").installed("vm-a", "vm-b");
        run.handedOver("vm-a").handOverFails("vm-b", "EXTRA_DEVICE", Aftermath.UNCHANGED, false);
        run.looksAtFreshObservations();
        assertThat(((Effect.HandOver) run.latest().effect()).aside())
                .as("set aside before the daemon is replaced")
                .isTrue();
        run.handedOver("vm-a").looksAtFreshObservations();
        assertThat(run.latest().effect()).isEqualTo(new Effect.UndoUpdate(Given.UPDATE, Method.PRESERVE_VMM));

        given.vm("vm-b").current();
        run.installed("vm-a");
        assertThat(run.handOversOrdered()).containsExactly("vm-a", "vm-b", "vm-a", "vm-a");
        run.handedOver("vm-a").looksAtFreshObservations();

        assertThat(run.outcome()).isEqualTo(RunOutcome.UNDONE);
        assertThat(run.why().evidence()).containsKey("vm-b");
    }

    @Test
    void aVmThatCannotBeHandedBackIsAPersonsAndRunsOn() {
        OneRun run = ready("vm-a").installed("vm-a").handedOver("vm-a").cancelled();
        run.looksAtFreshObservations().handedOver("vm-a").looksAtFreshObservations();
        run.installed("vm-a").handOverFails("vm-a", "EXTRA_DEVICE", Aftermath.UNCHANGED, false);

        assertThat(run.run().needsPerson()).isTrue();
        assertThat(run.resolved(RunOutcome.FAILED).outcome()).isEqualTo(RunOutcome.FAILED);
    }

    @Test
    void whoCancelsWaitsForTheHandOverUnderWayAndHasTheHostBroughtBack() {
        OneRun run = ready("vm-a").installed("vm-a").cancelled();
        assertThat(run.state()).isInstanceOf(HostRunState.HandingOver.class);

        run.handedOver("vm-a").looksAtFreshObservations().handedOver("vm-a").looksAtFreshObservations();
        assertThat(run.latest().effect()).isInstanceOf(Effect.UndoUpdate.class);
        run.installed("vm-a").handedOver("vm-a").looksAtFreshObservations();
        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
    }

    @Test
    void aFreshVmThatWouldNotRunTheUpdateHasItUndoneBeforeAnyIsTouched() {
        OneRun run = ready("vm-a");
        run.told(OneRun.ended(run.latest().id(), OneRun.unchanged()));
        given.vm("vm-a").outdated();
        run.looksAtFreshObservations();

        assertThat(run.latest().effect()).isInstanceOf(Effect.UndoUpdate.class);
        assertThat(run.handOversOrdered()).isEmpty();
    }

    @Test
    void aVmThatNobodyCanAccountForIsAPersonsUntilTheAgentKnows() {
        OneRun run = ready("vm-a").installed("vm-a");
        run.told(OneRun.ended(run.handOverOf("vm-a").id(), OneRun.unknown()));
        assertThat(run.run().needsPerson()).isTrue();

        run.waits(Duration.ofMinutes(2));
        assertThat(run.latest().effect()).isInstanceOf(Effect.AskAgain.class);
        run.handedOver("vm-a").looksAtFreshObservations();
        assertThat(run.latest().effect()).isInstanceOf(Effect.VerifyUpdate.class);
    }

    @Test
    void aVmThatItsOwnerShutsOffOrThatSomebodyHandedOverIsNoTrouble() {
        OneRun run = ready("vm-a", "vm-b", "vm-c").installed("vm-a", "vm-b", "vm-c");
        given.vm("vm-a").is(VmState.SHUT_OFF);
        run.handOverFails("vm-a", "SHUT_OFF", Aftermath.UNCHANGED, false);
        given.vm("vm-c").current();
        run.handOverFails("vm-c", "ALREADY_CURRENT", Aftermath.UNCHANGED, false);
        run.handedOver("vm-b").looksAtFreshObservations();

        assertThat(run.latest().effect()).isInstanceOf(Effect.VerifyUpdate.class);
    }

    @Test
    void aHostWhosePackagesWereReplacedByHandStillGetsItsVmsHandedOver() {
        given.host("h1").qemu("11.1");
        OneRun run = OneRun.preserving(given, "vm-a");
        given.vm("vm-a").outdated();
        run.begins().looksAtFreshObservations();

        assertThat(run.latest().effect()).isInstanceOf(Effect.ApplyUpdate.class);
    }

    @Test
    void vmsOfOneAvailabilitySetAreHandedOverOneAfterTheOther() {
        OneRun run = OneRun.preserving(given, "vm-a", "vm-b");
        given.vm("vm-a").inSet("web");
        given.vm("vm-b").inSet("web");
        run.begins().looksAtFreshObservations().installed("vm-a", "vm-b");
        assertThat(run.handOversOrdered()).containsExactly("vm-a");

        run.handedOver("vm-a").looksAtFreshObservations();
        assertThat(run.handOversOrdered()).containsExactly("vm-a", "vm-b");
    }

    @Test
    void oneThatCameMeanwhileAndWantsNoticeIsNotHandedOver() {
        OneRun run = OneRun.preserving(given, "vm-a").begins().looksAtFreshObservations();
        given.host("h1").runs("vm-b");
        given.vm("vm-b").owner(Intent.DEFAULT.withNotice(Duration.ofHours(1)));

        run.installed("vm-a", "vm-b");

        assertThat(run.handOversOrdered()).doesNotContain("vm-b");
        assertThat(run.why().evidence().toString() + run.why().why()).contains("VM_UNTOLD");
    }
}
