package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.Optional;

/** What is particular to an update that changes a host beneath VMs which run on: nobody leaves, and that nobody felt it is shown. */
final class HotPatches {
    /** Why a patch goes that is wanted no more. */
    static final String TAKEN_BACK = "TAKEN_BACK";

    private HotPatches() {}

    /** The host is held; there is nothing to wait for. */
    static Step begin(Step.Builder step, HostRun run, World world) {
        return run.takesBack()
                ? Changing.undo(
                        step, run, Refusal.of(TAKEN_BACK, run.purpose().phrase() + ", ordered by " + run.by()), world)
                : Changing.apply(step, run, world);
    }

    /**
     * The ledger's row of each VM that ran on meanwhile, and word of each that did not outlive it, which the rollout's gate
     * hears of, too.
     */
    static HostRun felt(Step.Builder step, HostRun run, EffectId effect, Outcome.Changed changed, World world) {
        HostRun next = run;
        for (Outcome.Stood stood : changed.stood()) {
            if (stood.died() == null) {
                step.record(row(run, effect, stood, world));
            } else {
                step.notice(Ending.alarm(
                        run, world, "VmDied", stood.died().with("vm", stood.vm().value())));
                next = next.counting(0, 1);
            }
        }
        return next;
    }

    private static LedgerEntry row(HostRun run, EffectId effect, Outcome.Stood stood, World world) {
        Optional<Vm> vm = world.fleet().vm(stood.vm());
        return new LedgerEntry(
                effect,
                run.id(),
                stood.vm(),
                vm.map(Vm::name).orElse(stood.vm().value()),
                vm.map(Vm::tenant).orElse(new TenantId("default")),
                Method.HOT_PATCH,
                run.purpose().phrase(),
                run.host(),
                run.host(),
                world.now().minus(stood.total()),
                world.now(),
                Duration.ZERO,
                stood.stop(),
                null,
                stood.total(),
                stood.skewBefore(),
                stood.clockSkew(),
                null);
    }
}
