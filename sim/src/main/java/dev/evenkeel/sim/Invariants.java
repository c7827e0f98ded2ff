package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutState;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that must hold, in one place. It watches from outside: it keeps its own account of commits, leases and
 * holds, and reads the truth about hosts and VMs, so that a store or an agent that errs can't hide it.
 */
final class Invariants {
    private final SimFleet fleet;
    private final TreeSet<String> published;
    private final TreeMap<EffectId, Step.Order> intents = new TreeMap<>();
    private final TreeSet<EffectId> begun = new TreeSet<>();
    private final TreeSet<RunId> ended = new TreeSet<>();

    /** Which run has asked which VM's guest to go down; it owes the start even if the host dies in the middle of it. */
    private final TreeSet<String> stoppedBy = new TreeSet<>();

    /** Runs that a person has looked at and answered for. */
    private final TreeSet<RunId> answered = new TreeSet<>();

    /** Rollouts that are paused or halted. */
    private final TreeSet<RunId> still = new TreeSet<>();

    private final TreeMap<String, TreeSet<RunId>> holders = new TreeMap<>();
    private final TreeMap<HostId, Long> obeyed = new TreeMap<>();
    private final TreeMap<HostId, EffectId> changing = new TreeMap<>();
    private final TreeSet<HostId> emptied = new TreeSet<>();
    private final KernelInvariants kernels;
    private final NoticeInvariants notices;
    private final TurnInvariants turns;
    final ExemptionInvariants exemptions;
    final EndInvariants end;
    private long newestEpoch;

    Invariants(SimFleet fleet, TreeSet<String> published, Trace trace) {
        this.fleet = fleet;
        this.published = published;
        this.end = new EndInvariants(fleet);
        this.kernels = new KernelInvariants(fleet, trace);
        this.turns = new TurnInvariants(fleet);
        this.exemptions = new ExemptionInvariants(fleet);
        this.notices = new NoticeInvariants(fleet);
    }

    /** Checked after every event. */
    void check() {
        for (SimVm vm : fleet.vms()) {
            if (vm.running.size() > 1) {
                throw new Violation(Invariant.NO_VM_TWICE, vm.id + " runs on " + vm.running);
            }
            if (vm.running.isEmpty() && vm.death == null) {
                throw new Violation(Invariant.NO_VM_LOST, vm.id + " runs nowhere and nothing killed it");
            }
        }
        kernels.check();
    }

    // What the store did.

    void granted(Lease lease) {
        newestEpoch = Math.max(newestEpoch, lease.epoch());
    }

    void committed(Lease by, Commit commit) {
        require(
                by.epoch() >= newestEpoch,
                Invariant.FENCE,
                by + " committed although epoch " + newestEpoch + " was granted");
        Step step = commit.step();
        Run run = step.next();
        step.orders().forEach(order -> intents.put(order.id(), order));
        step.release().forEach(scope -> released(scope, run.id()));
        step.acquire().forEach(hold -> acquired(hold, run.id()));
        step.orders().forEach(order -> stopsOnlyWhatMayBe(order, commit));
        beginsOnlyWhatMay(run, step);
        notices.committed(commit);
        exemptions.committed(commit);
        turns.committed(commit);
        kernels.ordered(step, scope -> holds(run.id(), scope));
        if (commit.event() instanceof RunEvent.ResolveOrdered) {
            answered.add(run.id());
        }
        if (run.ended()) {
            leavesNoneDown(run, commit.event());
            ended.add(run.id());
            List.copyOf(holders.keySet()).forEach(scope -> released(scope, run.id()));
        }
    }

    private void beginsOnlyWhatMay(Run run, Step step) {
        if (run instanceof Rollout rollout) {
            still.remove(run.id());
            if (rollout.state() instanceof RolloutState.Paused || rollout.state() instanceof RolloutState.Halted) {
                still.add(run.id());
            }
        }
        if (run instanceof HostRun begun && begun.rollout() != null) {
            require(
                    !still.contains(begun.rollout()) || !step.acquire().contains(new Hold("host:" + begun.host(), 1)),
                    Invariant.HELD_BACK,
                    run.id() + " begins while " + begun.rollout() + " stands still");
        }
    }

    private void stopsOnlyWhatMayBe(Step.Order order, Commit commit) {
        if (order.effect() instanceof Effect.StopVm stop) {
            SimVm vm = fleet.vm(stop.vm());
            require(
                    (vm.hasConsented() || notices.wasOffered(vm.id, commit)) && !vm.canBeMoved(),
                    Invariant.CONSENT,
                    order.id() + " is to stop " + vm.id + ", whose intent is " + vm.intent);
        }
    }

    private void leavesNoneDown(Run run, RunEvent event) {
        for (SimVm vm : fleet.vms()) {
            boolean ours = vm.death == SimVm.Death.STOPPED
                    && vm.asked != null
                    && vm.asked.value().startsWith(run.id() + "/");
            require(
                    !ours || answered.contains(run.id()),
                    Invariant.STARTED_AGAIN,
                    run.id() + " ends by " + event + " while " + vm.id + " is down by " + vm.asked);
        }
    }

    private void acquired(Hold hold, RunId by) {
        TreeSet<RunId> all = holders.computeIfAbsent(hold.scope(), scope -> new TreeSet<>());
        all.add(by);
        require(
                all.size() <= hold.limit(),
                Invariant.BUDGETS,
                hold.scope() + " allows " + hold.limit() + " and is held by " + all);
    }

    private void released(String scope, RunId by) {
        TreeSet<RunId> all = holders.get(scope);
        if (all != null) {
            all.remove(by);
            if (all.isEmpty()) {
                holders.remove(scope);
            }
        }
    }

    /** All runs have ended: nothing is left over. */
    void allUsable() {
        require(holders.isEmpty(), Invariant.USABLE, "held after all runs ended: " + holders);
        end.allUsable();
    }

    boolean holds(RunId run, String scope) {
        return holders.getOrDefault(scope, new TreeSet<>()).contains(run);
    }

    // What agents do.

    /** An agent begins to carry an effect out; answers from its journal do not count. */
    void begins(EffectOrder order) {
        EffectId id = order.id();
        long seen = obeyed.merge(order.agent(), order.epoch(), Math::max);
        require(
                order.epoch() >= seen,
                Invariant.FENCE,
                order.agent() + " obeyed epoch " + order.epoch() + " after epoch " + seen + " in " + id);
        Step.Order intent = intents.get(id);
        require(
                intent != null
                        && intent.effect().equals(order.effect())
                        && intent.agent().equals(order.agent()),
                Invariant.COMMITTED_INTENT,
                id + " began as " + order.effect() + " on " + order.agent() + ", committed was " + intent);
        require(begun.add(id), Invariant.ONCE, id + " began twice: " + order.effect());
        goesOn(order);
    }

    /** An agent goes on with an effect that was cut off, or begins it. */
    void goesOn(EffectOrder order) {
        EffectId id = order.id();
        String needed = switch (order.effect()) {
            case Effect.MoveVm move -> "vm:" + move.vm();
            case Effect.RedeployVm r -> "vm:" + r.vm();
            case Effect.HandOver over -> "vm:" + over.vm();
            case Effect.SwitchKernel change -> "host:" + order.agent();
            case Effect.ApplyUpdate apply -> "host:" + order.agent();
            case Effect.VerifyUpdate verify -> "host:" + order.agent();
            case Effect.UndoUpdate undo -> "host:" + order.agent();
            case Effect.StopVm stop -> "vm:" + stop.vm();
            case Effect.StartVm start -> null;
            case Effect.AbortMove abort -> null;
            case Effect.AskAgain ask -> null;
        };
        if (needed != null || order.effect() instanceof Effect.StartVm) {
            require(
                    !ended.contains(order.run()),
                    Invariant.COMMITTED_INTENT,
                    id + " began after its run had ended: " + order.effect());
        }
        if (needed != null) {
            require(
                    holds(order.run(), needed),
                    Invariant.BUDGETS,
                    id + " began without the hold " + needed + ": " + order.effect());
        }
    }

    /** A host's software is about to be changed by us. */
    void changes(HostId host, EffectId effect, UpdateId update, Method method) {
        require(published.contains(update.value()), Invariant.PUBLISHED, host + " was given unpublished " + update);
        changing.put(host, effect);
        boolean beneathVms =
                method == Method.PRESERVE_VMM || method == Method.PRESERVE_KERNEL || method == Method.HOT_PATCH;
        if (!beneathVms) { // where VMs stay, one that was on its way in may arrive, on what ran before
            emptied.add(host);
        }
        List<SimVm> there = fleet.occupying(host);
        require(
                method != Method.MIGRATE || there.isEmpty(),
                Invariant.EMPTY_HOST,
                host + " is changed by " + effect + " with " + there.size() + " VMs on it");
    }

    /** An older daemon is about to come: it could not take over what runs on the newer VMM. */
    void bringsBack(HostId host, EffectId effect, Effect.UndoUpdate order) {
        String brought = Catalogue.get(order.update()).verify().getOrDefault("qemu", "?");
        for (SimVm vm : fleet.occupying(host)) {
            require(
                    order.method() != Method.PRESERVE_VMM
                            || vm.aside
                            || !vm.runsOn(host)
                            || !vm.vmm.equals(brought)
                            || !fleet.host(host).qemu().equals(brought),
                    Invariant.NO_VM_LOST,
                    effect + " brings an older daemon to " + host + " under " + vm.id + ", which runs on " + brought);
        }
    }

    /** We gave a VM a new process. */
    void handedOver(SimVm vm, HostId on, Duration pause, EffectId effect) {
        String what = effect + " handed " + vm.id + " over on " + on;
        require(vm.ties.isEmpty(), Invariant.CONSENT, what + " although its memory is its own");
        require(
                pause.compareTo(vm.intent.maxPause()) <= 0,
                Invariant.CONSENT,
                what + ": owner allows " + vm.intent.maxPause());
        require(!changing.containsKey(on), Invariant.EMPTY_HOST, what + " while that host is changed");
        kernels.comes(on, what);
    }

    /** We let a VM stand still. */
    void standsStill(SimVm vm, EffectId effect) {
        kernels.standsStill(vm, effect, holds(new RunId(runOf(effect)), "vm:" + vm.id));
    }

    /** We remove a kernel from a host. */
    void removes(SimHost host, String kernel, EffectId effect) {
        require(
                !host.kernel().equals(kernel) && !host.booting,
                Invariant.NO_VM_LOST,
                effect + " removes kernel " + kernel + " from " + host.id + ", which runs it");
    }

    void changed(HostId host) {
        changing.remove(host);
        emptied.remove(host);
    }

    /** We moved a VM. */
    void moved(SimVm vm, HostId to, Duration pause, boolean postCopy, EffectId effect) {
        String what = effect + " moved " + vm.id + " to " + to + ", pause " + pause;
        require(vm.intent.migration() != Intent.Migration.NEVER, Invariant.CONSENT, what + ": owner says never");
        require(
                pause.compareTo(vm.intent.maxPause()) <= 0,
                Invariant.CONSENT,
                what + ": owner allows " + vm.intent.maxPause());
        require(!postCopy || vm.intent.postCopy(), Invariant.CONSENT, what + ": owner allows no post-copy");
        require(!emptied.contains(to), Invariant.EMPTY_HOST, what + " while that host is changed");
        kernels.comes(to, what);
    }

    /** We ask a guest to go down. */
    void asksToGoDown(SimVm vm, EffectId effect, Effect.StopVm order) {
        String what = effect + " asks the guest of " + vm.id + " to go down";
        stoppedBy.add(vm.id + " " + runOf(effect));
        require(vm.consents() || order.agreed() != null, Invariant.CONSENT, what + " without its owner's consent");
        for (SimVm other : fleet.vms()) {
            boolean together = other != vm
                    && vm.isInOneSetWith(other)
                    && (other.death == SimVm.Death.STOPPED || (other.asked != null && isDownFor(other.asked, effect)));
            require(!together, Invariant.BUDGETS, what + " while " + other.id + " of the same set is down");
        }
    }

    private static boolean isDownFor(EffectId one, EffectId other) {
        return runOf(one).equals(runOf(other));
    }

    private static String runOf(EffectId effect) {
        return effect.value().substring(0, effect.value().lastIndexOf('/'));
    }

    /** We started a VM that was dead. */
    void restarted(SimVm vm, HostId on, EffectId effect) {
        kernels.comes(on, effect + " starts " + vm.id);
        boolean ours = stoppedBy.contains(vm.id + " " + runOf(effect));
        require(
                !ours || !changing.containsKey(on),
                Invariant.EMPTY_HOST,
                effect + " starts " + vm.id + " on " + on + " while that host is changed");
        require(
                vm.intent.onHostFailure() == Intent.OnHostFailure.RESTART || ours,
                Invariant.CONSENT,
                effect + " started " + vm.id + " against its owner's intent");
        require(
                vm.death != SimVm.Death.BY_HAND,
                Invariant.CONSENT,
                effect + " started " + vm.id + ", which its owner had stopped");
    }

    /** The agent was told that it need not tell this outcome again. */
    void confirmed(EffectRecord effect) {
        require(
                !effect.outstanding() && (effect.outcome() != null || ended.contains(effect.run())),
                Invariant.OUTCOME_KEPT,
                effect.id() + " was confirmed and is kept as " + effect);
    }

    static void require(boolean holds, Invariant invariant, String what) {
        if (!holds) {
            throw new Violation(invariant, what);
        }
    }
}
