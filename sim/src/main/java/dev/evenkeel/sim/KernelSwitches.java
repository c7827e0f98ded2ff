package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that start another kernel while their VMs stand still. One VM after the other is saved beside its memory; then the
 * kernel hands over to the next, and the agent dies with it. Whichever kernel then runs, the agent's next life resumes the
 * VMs before it hears anybody. What stands still when the host loses its power is gone.
 */
final class KernelSwitches {
    private static final Duration SOON = Duration.ofMillis(5);

    private enum Phase {
        SAVING,
        BOOTING,
        RESUMING,
        /** A VM could not be resumed; it is tried again when somebody asks. */
        STUCK
    }

    private static final class Job {
        final SimHost host;
        final EffectId effect;
        final String wanted;
        final SortedMap<String, String> before;
        final Instant began;
        final TreeMap<VmId, Instant> still = new TreeMap<>();
        final List<Outcome.Stood> stood = new ArrayList<>();
        Phase phase = Phase.SAVING;
        int life;

        @Nullable
        Refusal why;

        Job(SimHost host, EffectId effect, String wanted, Instant began) {
            this.host = host;
            this.effect = effect;
            this.wanted = wanted;
            this.before = new TreeMap<>(host.versions);
            this.began = began;
        }
    }

    private final EventQueue queue;
    private final Chance chance;
    private final SimFleet fleet;
    private final Migrations migrations;
    private final Invariants invariants;
    private final Trace trace;
    private final Migrations.Listener listener;
    private final Consumer<HostId> dies;
    private final Predicate<HostId> stumbles;
    private final Consumer<HostId> starts;
    private final Consumer<HostId> losesPower;
    private final TreeMap<HostId, Job> jobs = new TreeMap<>();
    private final TreeMap<EffectId, Outcome> done = new TreeMap<>();
    private Faults faults;

    /**
     * @param dies the agent of this host ends with its kernel
     * @param stumbles it may die here, with some chance, and did if true
     * @param starts it is started by the next one
     * @param losesPower the host goes down with all that stands still on it
     */
    KernelSwitches(
            EventQueue queue,
            Chance chance,
            SimFleet fleet,
            Migrations migrations,
            Invariants invariants,
            Trace trace,
            Faults faults,
            Migrations.Listener listener,
            Consumer<HostId> dies,
            Predicate<HostId> stumbles,
            Consumer<HostId> starts,
            Consumer<HostId> losesPower) {
        this.queue = queue;
        this.chance = chance;
        this.fleet = fleet;
        this.migrations = migrations;
        this.invariants = invariants;
        this.trace = trace;
        this.faults = faults;
        this.listener = listener;
        this.dies = dies;
        this.stumbles = stumbles;
        this.starts = starts;
        this.losesPower = losesPower;
    }

    void suffers(Faults next) {
        faults = next;
    }

    void begin(HostId id, EffectId effect, Effect.SwitchKernel order) {
        SimHost host = fleet.host(id);
        String wanted = order.back() ? before(host, order.update()) : brought(order.update());
        if (host.kernel().equals(wanted)) {
            answers(id, effect, new Outcome.Switched(host.versions, host.versions, List.of(), null));
            return;
        }
        Refusal no = refusal(host, wanted);
        if (no != null) {
            answers(id, effect, new Outcome.Failed(no, Outcome.Aftermath.UNCHANGED, false));
            return;
        }
        Job job = new Job(host, effect, wanted, queue.now());
        jobs.put(id, job);
        host.switching = effect;
        trace.count("switch " + (order.back() ? "back" : "forth"));
        later(job, chance.around(Duration.ofMillis(500)), "is closed for " + effect, () -> saveNext(job));
    }

    private void answers(HostId host, EffectId effect, Outcome outcome) {
        queue.after(SOON, host + " answers " + effect, () -> listener.ended(host, effect, outcome));
    }

    private static String brought(UpdateId update) {
        return Catalogue.get(update).verify().getOrDefault("kernel", "?");
    }

    private static String before(SimHost host, UpdateId update) {
        SortedMap<String, String> before = host.before.get(update);
        return before == null ? host.kernel() : before.getOrDefault("kernel", host.kernel());
    }

    /** Looked at before anything stands still. */
    private @Nullable Refusal refusal(SimHost host, String wanted) {
        if (!host.kernels.contains(wanted)) {
            return Refusal.of("NOT_INSTALLED", "kernel " + wanted + " is not installed on " + host.id);
        }
        if (host.closed() || migrations.feedFrom(host.id)) {
            return Refusal.of("BUSY", host.id + " is being changed, or a VM's memory still leaves it");
        }
        for (SimVm vm : fleet.occupying(host.id)) {
            if (vm.incoming != null || vm.aside) {
                return Refusal.of("VM_BUSY", vm.id + " is on its way");
            }
            if (!vm.ties.isEmpty()) {
                return vm.ties.getFirst();
            }
        }
        return chance.happens(faults.refusal() / 3)
                ? Refusal.of("NOT_LOADED", "the kernel would not load on " + host.id)
                : null;
    }

    private void saveNext(Job job) {
        SimVm next = fleet.vms().stream()
                .filter(vm -> vm.runsOn(job.host.id) && vm.still == null)
                .findFirst()
                .orElse(null);
        if (!job.still.isEmpty() && stumbles.test(job.host.id)) {
            return;
        }
        if (next == null) {
            boots(job);
        } else if (chance.happens(faults.refusal() / 3)) {
            job.why = Refusal.of("SAVE_FAILED", next.id + " could not be saved");
            trace.count("switch SAVE_FAILED");
            resumeNext(job);
        } else {
            next.still = queue.now();
            job.still.put(next.id, queue.now());
            invariants.standsStill(next, job.effect);
            later(job, chance.around(Duration.ofMillis(300)), "saved " + next.id, () -> saveNext(job));
        }
    }

    private void boots(Job job) {
        boolean panics = chance.happens(faults.apply());
        job.phase = Phase.BOOTING;
        job.host.booting = true;
        dies.accept(job.host.id);
        Duration takes = chance.between(Duration.ofSeconds(4), Duration.ofSeconds(panics ? 40 : 14));
        if (chance.happens(faults.apply() / 8)) {
            later(job, takes.dividedBy(2), "loses its power", () -> losesPower.accept(job.host.id));
        }
        later(job, takes, panics ? "boots its old kernel after a panic" : "boots", () -> {
            job.host.booting = false;
            job.phase = Phase.RESUMING;
            if (panics) {
                job.why = Refusal.of("PANIC", job.wanted + " panicked on " + job.host.id);
                trace.count("switch PANIC");
            } else {
                job.host.boots(job.wanted);
            }
            starts.accept(job.host.id);
        });
    }

    /** The agent begins a new life. Null when this effect goes on; else its outcome, if it has one. */
    @Nullable
    Outcome takeUp(HostId host, EffectId effect) {
        Job job = jobs.get(host);
        if (job != null && job.effect.equals(effect)) {
            if (job.phase == Phase.SAVING) {
                job.why = Refusal.of("INTERRUPTED", "the agent of " + host + " died before the kernel was started");
                trace.count("switch INTERRUPTED");
            }
            resumeNext(job);
            return null;
        }
        return done.get(effect);
    }

    /** Whether nothing of it has happened that a new life of the agent would have to go on with. */
    boolean isUntouched(HostId host, EffectId effect) {
        Job job = jobs.get(host);
        return (job == null || !job.effect.equals(effect)) && !done.containsKey(effect);
    }

    private void resumeNext(Job job) {
        job.phase = Phase.RESUMING;
        VmId next = job.still.keySet().stream()
                .filter(id -> job.stood.stream().noneMatch(stood -> stood.vm().equals(id)))
                .findFirst()
                .orElse(null);
        if (next == null) {
            over(job);
            listener.ended(job.host.id, job.effect, outcome(job));
            return;
        }
        later(job, chance.around(Duration.ofMillis(300)), "resumes " + next, () -> {
            if (stumbles.test(job.host.id)) {
                return;
            }
            if (resumes(job, next, faults.refusal() / 3)) {
                resumeNext(job);
            } else {
                job.phase = Phase.STUCK;
                trace.count("switch STUCK");
                listener.ended(job.host.id, job.effect, stuck(next));
            }
        });
    }

    private static Outcome stuck(VmId vm) {
        return new Outcome.Unknown(Refusal.of("NOT_RESUMED", vm + " could not be resumed; its state is kept"));
    }

    private boolean resumes(Job job, VmId id, double failure) {
        SimVm vm = fleet.vm(id);
        Instant since = job.still.getOrDefault(id, job.began);
        boolean alive = vm.still != null;
        if (alive && chance.happens(failure)) {
            return false;
        }
        Refusal died = alive ? null : Refusal.of("HOST_FAILED", "what " + id + " was is gone");
        vm.still = null;
        job.stood.add(new Outcome.Stood(
                id, Duration.between(since, queue.now()), Duration.between(job.began, queue.now()), null, null, died));
        return true;
    }

    private Outcome outcome(Job job) {
        Outcome known = done.get(job.effect);
        if (known == null) {
            boolean runs = job.host.kernel().equals(job.wanted);
            Refusal why = job.why == null ? Refusal.of("POWER_LOST", job.host.id + " lost its power") : job.why;
            known = new Outcome.Switched(job.before, job.host.versions, job.stood, runs ? null : why);
            done.put(job.effect, known);
        }
        return known;
    }

    private void over(Job job) {
        jobs.remove(job.host.id);
        job.host.switching = null;
    }

    private void later(Job job, Duration delay, String what, Runnable then) {
        int life = job.life;
        queue.after(delay, job.host.id + " " + what, () -> {
            if (job.life == life && job.equals(jobs.get(job.host.id))) {
                then.run();
            }
        });
    }

    /** The agent of a host died, and with it whatever it was doing, but not a kernel on its way. */
    void interrupted(HostId host) {
        Job job = jobs.get(host);
        if (job != null && job.phase != Phase.BOOTING) {
            job.life++;
            if (job.phase == Phase.SAVING && job.still.isEmpty()) {
                over(job);
            }
        }
    }

    /** The host lost its power, and its VMs died of that. */
    void hostDied(HostId host) {
        Job job = jobs.get(host);
        fleet.host(host).booting = false;
        if (job != null) {
            job.life++;
            job.phase = job.phase == Phase.STUCK ? Phase.STUCK : Phase.RESUMING;
            trace.count("switch POWER_LOST");
        }
    }

    /** Somebody asks again for one that nobody could account for; null when that is so still. */
    @Nullable
    Outcome askedAgain(HostId host, EffectId effect) {
        Job job = jobs.get(host);
        if (job == null || job.phase != Phase.STUCK || !job.effect.equals(effect)) {
            return done.get(effect);
        }
        for (VmId id : List.copyOf(job.still.keySet())) {
            boolean resumed = job.stood.stream().anyMatch(stood -> stood.vm().equals(id));
            if (!resumed && !resumes(job, id, faults.refusal())) {
                return null;
            }
        }
        over(job);
        return outcome(job);
    }

    /** Whether a host is about it by itself. */
    boolean underWay(HostId host) {
        Job job = jobs.get(host);
        return job != null && job.phase != Phase.STUCK && job.host.up;
    }

    /** A person resumes what the agent could not. */
    void repairedByHand(HostId host) {
        Job job = jobs.get(host);
        if (job != null && job.phase == Phase.STUCK) {
            job.still.keySet().stream()
                    .filter(id ->
                            job.stood.stream().noneMatch(stood -> stood.vm().equals(id)))
                    .forEach(id -> resumes(job, id, 0));
            over(job);
            outcome(job);
        }
    }
}
