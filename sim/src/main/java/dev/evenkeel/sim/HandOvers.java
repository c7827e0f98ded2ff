package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * VMs that get a new process on their host, in two hops: to the agent's own daemon, and home. Between the hops nothing goes on
 * without the agent; the VM runs wherever it is.
 */
final class HandOvers {
    static final Duration PAUSE = Duration.ofMillis(25);

    private record Job(HostId host, EffectId effect, Effect.HandOver order) {}

    private final EventQueue queue;
    private final Chance chance;
    private final SimFleet fleet;
    private final Invariants invariants;
    private final Migrations.Listener listener;
    private final TreeMap<VmId, Job> underWay = new TreeMap<>();
    private final TreeMap<EffectId, Outcome> done = new TreeMap<>();
    private Faults faults;

    HandOvers(
            EventQueue queue,
            Chance chance,
            SimFleet fleet,
            Invariants invariants,
            Faults faults,
            Migrations.Listener listener) {
        this.queue = queue;
        this.chance = chance;
        this.fleet = fleet;
        this.invariants = invariants;
        this.faults = faults;
        this.listener = listener;
    }

    void suffers(Faults next) {
        faults = next;
    }

    /** Begins one, or takes up where the agent's last life left it. */
    void begin(HostId host, EffectId effect, Effect.HandOver order) {
        SimVm vm = fleet.vm(order.vm());
        Outcome refused = refused(host, vm, order);
        if (refused != null) {
            queue.after(Duration.ofMillis(5), host + " refuses " + effect, () -> listener.ended(host, effect, refused));
            return;
        }
        Job job = new Job(host, effect, order);
        underWay.put(vm.id, job);
        queue.after(chance.around(Duration.ofSeconds(1)), vm.id + " hops by " + effect, () -> hops(job));
    }

    /** What became of one that was cut off; null when it is to go on. */
    @Nullable
    Outcome probe(EffectId effect) {
        return done.get(effect);
    }

    private @Nullable Outcome refused(HostId host, SimVm vm, Effect.HandOver order) {
        if (!vm.runsOn(host)) {
            return failed("NOT_RUNNING", vm.id + " does not run on " + host, false);
        }
        if (vm.settled(fleet) && !order.aside()) {
            return failed("ALREADY_CURRENT", vm.id + " runs what is installed", false);
        }
        if (vm.incoming != null || vm.still != null || underWay.containsKey(vm.id)) {
            return failed("NOT_PREPARED", vm.id + " is on its way", true);
        }
        if (!vm.aside && !vm.ties.isEmpty()) {
            return failed("MEMORY_NOT_SHARED", vm.id + " can't keep its memory", false);
        }
        return chance.happens(faults.refusal() / 3) ? failed("HANDOVER_FAILED", "the hop broke off", true) : null;
    }

    private void hops(Job job) {
        SimVm vm = fleet.vm(job.order.vm());
        if (!job.equals(underWay.get(vm.id))) {
            return; // the agent died meanwhile
        }
        if (!vm.runsOn(job.host)) {
            ends(job, failed("SHUT_OFF", vm.id + " was shut off or died", false));
        } else if (vm.incoming != null) {
            ends(job, failed("HANDOVER_FAILED", vm.id + " is being migrated", true));
        } else if (vm.aside) {
            vm.aside = false;
            vm.vmm = fleet.host(job.host).qemu();
            ends(job, arrived(job, vm));
        } else {
            vm.aside = true;
            vm.vmm = fleet.host(job.host).qemu();
            if (job.order.aside()) {
                ends(job, arrived(job, vm));
            } else {
                queue.after(
                        chance.around(Duration.ofMillis(700)), vm.id + " hops home by " + job.effect, () -> hops(job));
            }
        }
    }

    private Outcome arrived(Job job, SimVm vm) {
        invariants.handedOver(vm, job.host, PAUSE, job.effect);
        return new Outcome.Moved(job.host, PAUSE, Duration.ofSeconds(2), Bytes.ZERO, false, null);
    }

    private void ends(Job job, Outcome outcome) {
        underWay.remove(job.order.vm());
        done.put(job.effect, outcome);
        listener.ended(job.host, job.effect, outcome);
    }

    /** The agent of a host died: what it was doing stops where it is. */
    void interrupted(HostId host) {
        underWay.values().removeIf(job -> job.host.equals(host));
    }

    private static Outcome failed(String code, String why, boolean retryable) {
        return new Outcome.Failed(Refusal.of(code, why), Outcome.Aftermath.UNCHANGED, retryable);
    }
}
