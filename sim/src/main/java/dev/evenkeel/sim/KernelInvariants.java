package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.impact.PauseModel;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What must hold while VMs stand still because their host starts another kernel. */
final class KernelInvariants {
    private final SimFleet fleet;
    private final Trace trace;

    /** The VMs that stand still under a hold of the run that wants it; the others came after it had looked. */
    private final TreeMap<SimVm, EffectId> foreseen =
            new TreeMap<>(java.util.Comparator.comparing((SimVm vm) -> vm.id));

    KernelInvariants(SimFleet fleet, Trace trace) {
        this.fleet = fleet;
        this.trace = trace;
    }

    /** Checked after every event. */
    void check() {
        for (SimVm vm : fleet.vms()) {
            if (vm.still != null && (!vm.runsOn(vm.home) || fleet.host(vm.home).switching == null)) {
                throw new Violation(
                        Invariant.STILL, vm.id + " stands still, and nothing on " + vm.home + " is about it");
            }
        }
        for (SimHost host : fleet.hosts()) {
            if (host.booting) {
                fleet.vms().stream()
                        .filter(vm -> vm.home.equals(host.id) && vm.runsOn(host.id) && vm.still == null)
                        .forEach(vm -> {
                            throw new Violation(
                                    Invariant.NO_VM_LOST, vm.id + " ran when the kernel of " + vm.home + " ended");
                        });
            }
        }
    }

    /** Whatever the run knows to be on the host is held before it is to stand still. */
    void ordered(Step step, Predicate<String> held) {
        boolean switches = step.orders().stream().anyMatch(order -> order.effect() instanceof Effect.SwitchKernel);
        HostRunState state = step.next() instanceof HostRun run ? run.state() : null;
        HostRunState now = state instanceof HostRunState.NeedsPerson asks ? asks.resume() : state;
        if (switches && now instanceof HostRunState.Switching switching) {
            switching
                    .moves()
                    .forEach(move -> Invariants.require(
                            held.test("vm:" + move.vm()),
                            Invariant.BUDGETS,
                            switching.effect() + " without " + move.vm()));
        }
    }

    /** A VM is saved beside its memory. */
    void standsStill(SimVm vm, EffectId effect, boolean held) {
        String what = effect + " lets " + vm.id + " stand still";
        Invariants.require(vm.ties.isEmpty(), Invariant.NO_VM_LOST, what + " although its memory is its own");
        Invariants.require(vm.incoming == null && !vm.aside, Invariant.NO_VM_LOST, what + " on its way");
        foreseen.keySet().removeIf(other -> other.still == null);
        if (!held) {
            trace.count("stands still unforeseen");
            return;
        }
        Invariants.require(
                PauseModel.SWITCH_KERNEL.compareTo(vm.intent.maxPause()) <= 0,
                Invariant.CONSENT,
                what + ": owner allows " + vm.intent.maxPause());
        for (SimVm other : foreseen.keySet()) {
            Invariants.require(
                    other == vm || !vm.isInOneSetWith(other),
                    Invariant.BUDGETS,
                    what + " while " + other.id + " of the same set does, by " + foreseen.get(other));
        }
        foreseen.put(vm, effect);
    }

    /** A VM comes to a host. */
    void comes(HostId to, String what) {
        Invariants.require(
                fleet.host(to).switching == null, Invariant.STILL, what + " while that host changes its kernel");
    }
}
