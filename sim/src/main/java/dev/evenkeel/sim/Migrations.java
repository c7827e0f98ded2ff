package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Live migration between two hosts, as hypervisors do it: the destination sets memory aside and waits, the source runs
 * until the switch, and what breaks before the switch leaves the VM where it was. It goes on by itself when the agent
 * that began it dies. After a switch to post-copy, the loss of the source or of the link between the two kills the VM.
 */
final class Migrations {
    /** Between two hosts, in MiB per second. */
    static final int BANDWIDTH = 200;

    private static final Duration PREPARATION = Duration.ofMillis(300);
    private static final Duration POST_COPY = Duration.ofSeconds(3);

    private final class Job {
        final VmId vm;
        final HostId from;
        final HostId to;
        final Instant began = queue.now();
        final Effect.@Nullable MoveVm order;
        final @Nullable EffectId effect;
        boolean switched;
        boolean over;

        Job(VmId vm, HostId from, HostId to, Effect.@Nullable MoveVm order, @Nullable EffectId effect) {
            this.vm = vm;
            this.from = from;
            this.to = to;
            this.order = order;
            this.effect = effect;
        }
    }

    /** Told when a migration that an effect ordered is over. */
    interface Listener {
        void ended(HostId agent, EffectId effect, Outcome outcome);
    }

    private final EventQueue queue;
    private final Chance chance;
    private final SimFleet fleet;
    private final Invariants invariants;
    private final Trace trace;
    private final Listener listener;
    private final TreeMap<VmId, Job> jobs = new TreeMap<>();
    private Faults faults;

    Migrations(
            EventQueue queue,
            Chance chance,
            SimFleet fleet,
            Invariants invariants,
            Trace trace,
            Faults faults,
            Listener listener) {
        this.queue = queue;
        this.chance = chance;
        this.fleet = fleet;
        this.invariants = invariants;
        this.trace = trace;
        this.faults = faults;
        this.listener = listener;
    }

    void suffers(Faults next) {
        faults = next;
    }

    void begin(EffectId effect, Effect.MoveVm order) {
        Refusal no = obstacle(order.vm(), order.from(), order.to());
        if (no == null && chance.happens(faults.refusal() / 2)) {
            no = Refusal.of("REFUSED", "the hypervisor would not");
        }
        if (no != null) {
            Refusal why = no;
            boolean retry = !no.code().equals("NOT_HERE");
            queue.after(
                    Duration.ofMillis(5),
                    order.from() + " refuses " + effect,
                    () -> listener.ended(order.from(), effect, failed(why, Outcome.Aftermath.UNCHANGED, retry)));
            return;
        }
        run(new Job(order.vm(), order.from(), order.to(), order, effect));
    }

    /** A person migrates a VM with virsh. */
    void byHand(VmId vm, HostId to) {
        HostId from = fleet.vm(vm).home;
        if (fleet.vm(vm).asked == null && obstacle(vm, from, to) == null) {
            run(new Job(vm, from, to, null, null));
        }
    }

    private @Nullable Refusal obstacle(VmId id, HostId from, HostId to) {
        SimVm vm = fleet.vm(id);
        if (!vm.runsOn(from)) {
            return Refusal.of("NOT_HERE", "VM " + id + " does not run on " + from);
        }
        if (jobs.containsKey(id) || vm.aside || fleet.host(from).switching != null) {
            return Refusal.of("BUSY", "VM " + id + " is being migrated");
        }
        if (!fleet.connected(from, to)) {
            return Refusal.of("UNREACHABLE", "no way from " + from + " to " + to);
        }
        if (fleet.host(to).closed()) {
            return Refusal.of("CHANGING", to + " is being changed and takes no VM");
        }
        if (fleet.free(to).compareTo(vm.memory) < 0) {
            return Refusal.of("NO_MEMORY", to + " has " + fleet.free(to) + " free, " + vm.memory + " needed");
        }
        return null;
    }

    private void run(Job job) {
        SimVm vm = fleet.vm(job.vm);
        jobs.put(vm.id, job);
        vm.incoming = job.to;
        trace.note(vm.id + " begins to move " + job.from + " -> " + job.to);
        boolean converges = vm.dirtyRate.toMiB() < 0.9 * BANDWIDTH;
        Duration copying = PREPARATION.plus(copying(vm.memory, converges ? vm.dirtyRate : Bytes.ZERO));
        if (chance.happens(faults.refusal())) {
            later(
                    job,
                    chance.between(PREPARATION, copying),
                    "breaks off",
                    () -> undone(job, "BROKEN", "broke off", true));
        } else if (converges || (job.order != null && job.order.postCopy())) {
            later(job, copying, "is copied", () -> switchOver(job, converges));
        } else {
            Duration limit = job.order == null ? Duration.ofMinutes(2) : job.order.timeLimit();
            later(
                    job,
                    limit,
                    "does not converge",
                    () -> undone(job, "NOT_CONVERGING", "gave up after " + limit, false));
        }
    }

    private static Duration copying(Bytes memory, Bytes dirtyRate) {
        return Duration.ofMillis((long) (memory.toMiB() * 1000 / (BANDWIDTH - dirtyRate.toMiB())));
    }

    /** How long a VM stands still when its last pages are copied. */
    static Duration pause(Bytes dirtyRate) {
        return Duration.ofMillis(20 + (long) dirtyRate.toMiB());
    }

    private void later(Job job, Duration delay, String what, Runnable then) {
        queue.after(delay, job.vm + " " + what, () -> {
            if (!job.over) {
                then.run();
            }
        });
    }

    private void switchOver(Job job, boolean converges) {
        SimVm vm = fleet.vm(job.vm);
        boolean postCopy = !converges;
        Duration pause = postCopy ? Duration.ofMillis(25) : pause(vm.dirtyRate);
        if (job.order != null && pause.compareTo(job.order.maxPause()) > 0) {
            undone(job, "PAUSE_TOO_LONG", "would pause for " + pause, false);
            return;
        }
        job.switched = true;
        vm.running.remove(job.from);
        vm.running.add(job.to);
        vm.home = job.to;
        vm.vmm = fleet.host(job.to).qemu();
        vm.incoming = null;
        if (job.effect != null) {
            invariants.moved(vm, job.to, pause, postCopy, job.effect);
        }
        Outcome.Moved moved =
                new Outcome.Moved(job.to, pause, Duration.between(job.began, queue.now()), vm.memory, postCopy, null);
        if (postCopy) {
            later(job, POST_COPY, "has all its memory", () -> over(job, moved));
        } else {
            over(job, moved);
        }
    }

    private void undone(Job job, String code, String why, boolean retry) {
        over(job, failed(Refusal.of(code, job.vm + " " + why), Outcome.Aftermath.UNCHANGED, retry));
    }

    private void over(Job job, Outcome outcome) {
        job.over = true;
        jobs.remove(job.vm);
        if (!job.switched) {
            fleet.vm(job.vm).incoming = null;
        }
        if (job.effect != null) {
            listener.ended(job.from, job.effect, outcome);
        }
    }

    private static Outcome failed(Refusal why, Outcome.Aftermath aftermath, boolean retry) {
        return new Outcome.Failed(why, aftermath, retry);
    }

    /** Gives a move up unless it has switched. */
    void abort(EffectId effect) {
        for (Job job : List.copyOf(jobs.values())) {
            if (effect.equals(job.effect) && !job.switched) {
                undone(job, "ABORTED", "was aborted by order", false);
            }
        }
    }

    boolean underWay(EffectId effect) {
        return jobs.values().stream().anyMatch(job -> effect.equals(job.effect));
    }

    /** Whether a VM that runs elsewhere by now still has memory here. */
    boolean feedFrom(HostId host) {
        return jobs.values().stream().anyMatch(job -> job.switched && (job.from.equals(host) || job.to.equals(host)));
    }

    /** Whether nothing moves. */
    boolean idle() {
        return jobs.isEmpty();
    }

    /** Whether anything that a run ordered goes on. */
    boolean underWayOf(RunId run) {
        return jobs.values().stream()
                .anyMatch(job -> job.effect != null && job.effect.value().startsWith(run + "/"));
    }

    /** The VM's process on its host ended; {@code how} says why. */
    void vmDied(SimVm vm, SimVm.Death how) {
        Job job = jobs.get(vm.id);
        vm.dies(how);
        if (job != null) {
            boolean killed = how != SimVm.Death.BY_HAND;
            over(
                    job,
                    failed(
                            Refusal.of(killed ? "VM_DIED" : "SHUT_OFF", job.vm + ": " + how),
                            killed ? Outcome.Aftermath.VM_DEAD : Outcome.Aftermath.UNCHANGED,
                            false));
        }
    }

    /** A host is gone: its VMs die, and so does every migration into it. */
    void hostDied(HostId host) {
        for (Job job : List.copyOf(jobs.values())) {
            if (job.to.equals(host) && !job.switched) {
                undone(job, "DESTINATION_LOST", "lost its destination " + host, true);
            } else if (job.from.equals(host) && job.switched) {
                vmDied(fleet.vm(job.vm), SimVm.Death.POST_COPY_LOST);
            }
        }
        for (SimVm vm : fleet.vms()) {
            if (vm.runsOn(host)) {
                vmDied(vm, SimVm.Death.HOST_DIED);
            }
        }
    }

    /** The network between two hosts is cut. */
    void cut(HostId one, HostId other) {
        for (Job job : List.copyOf(jobs.values())) {
            boolean between =
                    (job.from.equals(one) && job.to.equals(other)) || (job.from.equals(other) && job.to.equals(one));
            if (between && job.switched) {
                vmDied(fleet.vm(job.vm), SimVm.Death.POST_COPY_LOST);
            } else if (between) {
                undone(job, "LINK_LOST", "lost its way to " + job.to, true);
            }
        }
    }

    /** What became of a move, for an agent that began it and does not remember its end. */
    Outcome probe(Effect.MoveVm order) {
        SimVm vm = fleet.vm(order.vm());
        if (vm.runsOn(order.from())) {
            return failed(
                    Refusal.of("INTERRUPTED", vm.id + " is still on " + order.from()),
                    Outcome.Aftermath.UNCHANGED,
                    true);
        }
        if (vm.home.equals(order.from())) {
            boolean killed = vm.death != SimVm.Death.BY_HAND;
            return failed(
                    Refusal.of("VM_DIED", vm.id + " died on " + order.from()),
                    killed ? Outcome.Aftermath.VM_DEAD : Outcome.Aftermath.UNCHANGED,
                    false);
        }
        if (!fleet.connected(order.from(), order.to())) {
            return new Outcome.Unknown(Refusal.of("DESTINATION_SILENT", "cannot ask " + order.to() + " for " + vm.id));
        }
        if (vm.runsOn(order.to())) {
            return new Outcome.Moved(
                    order.to(), pause(vm.dirtyRate), copying(vm.memory, Bytes.ZERO), vm.memory, false, null);
        }
        return new Outcome.Unknown(Refusal.of("NOT_FOUND", vm.id + " is neither here nor on " + order.to()));
    }
}
