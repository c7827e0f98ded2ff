package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Changes a host's software step by step, so that a crash of the agent or the host leaves it half done. Nothing goes on
 * by itself afterwards.
 */
final class HostChanges {
    private static final Duration STEP = Duration.ofSeconds(8);

    /** How long a livepatch's transition may take before it is turned round. */
    private static final Duration TRANSITION = Duration.ofSeconds(60);

    private static final String KERNEL = "kernel";

    /** One component of a change. */
    private record Part(String name, Runnable act) {}

    /**
     * A change under way.
     *
     * @param versions what ran before
     * @param beneath the VMs that live on the host while it is changed
     * @param failure the chance that a part fails, twice over
     */
    private record Change(
            SimHost host,
            EffectId effect,
            List<Part> parts,
            SortedMap<String, String> versions,
            List<SimVm> beneath,
            Instant begun,
            double failure) {}

    private final EventQueue queue;
    private final Chance chance;
    private final SimFleet fleet;
    private final Invariants invariants;
    private final Migrations.Listener listener;
    private Faults faults;

    HostChanges(
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

    /** @param resumed it was begun before and cut off */
    void apply(HostId id, EffectId effect, Effect.ApplyUpdate order, boolean resumed) {
        SimHost host = fleet.host(id);
        if (empties(order.method()) && !fleet.occupying(id).isEmpty()) {
            boolean begun = !host.versions.equals(host.before.getOrDefault(order.update(), host.versions));
            ends(host, effect, notEmpty(host, begun ? Outcome.Aftermath.CHANGED : Outcome.Aftermath.UNCHANGED));
            return;
        }
        Update update = Catalogue.get(order.update());
        if (order.method() == Method.HOT_PATCH
                && update.patchesFor(host.versions).isEmpty()) {
            Refusal why = Refusal.of("NO_PATCH_FOR_BUILD", id + " runs " + host.kernel());
            ends(host, effect, new Outcome.Failed(why, Outcome.Aftermath.UNCHANGED, false));
            return;
        }
        invariants.changes(id, effect, order.update(), order.method());
        if (resumed) {
            host.before.putIfAbsent(order.update(), new TreeMap<>(host.versions));
        } else {
            host.before.put(order.update(), new TreeMap<>(host.versions));
        }
        List<Part> parts = new ArrayList<>();
        if (order.method() == Method.HOT_PATCH) {
            patch(host, effect, update.patchesFor(host.versions));
            return;
        }
        update.verify()
                .forEach((name, version) -> parts.add(new Part(name, () -> {
                    if (name.equals(KERNEL)) {
                        host.kernels.add(version);
                    }
                    if (name.equals(KERNEL) && order.method() != Method.PRESERVE_KERNEL) {
                        host.boots(version);
                    } else if (!name.equals(KERNEL)) { // under VMs, what is installed is not what runs
                        host.versions.put(name, version);
                    }
                })));
        change(host, effect, parts, faults.apply(), List.of());
    }

    private void patch(SimHost host, EffectId effect, List<PatchFile> patches) {
        List<Part> parts = new ArrayList<>();
        for (PatchFile patch : patches) {
            parts.add(new Part(patch.name(), () -> host.versions.put(patch.fact(), patch.version())));
        }
        String task = host.holdsUp;
        if (task == null) {
            change(host, effect, parts, faults.apply(), fleet.occupying(host.id));
        } else {
            stuck(host, effect, patches.getFirst(), task);
        }
    }

    /** The transition is not over in time, and is turned round. */
    private void stuck(SimHost host, EffectId effect, PatchFile patch, String task) {
        host.changing = effect;
        host.leftClosed = null;
        queue.after(TRANSITION, host.id + " turns " + patch.name() + " round", () -> {
            if (effect.equals(host.changing)) {
                over(host);
                Refusal why = Refusal.of("TRANSITION_STUCK", patch.name() + " did not go in; it waited for " + task)
                        .with("tasks", task);
                listener.ended(host.id, effect, new Outcome.Failed(why, Outcome.Aftermath.UNCHANGED, false));
            }
        });
    }

    void undo(HostId id, EffectId effect, Effect.UndoUpdate order) {
        SimHost host = fleet.host(id);
        if (empties(order.method()) && !fleet.occupying(id).isEmpty()) {
            ends(host, effect, notEmpty(host, Outcome.Aftermath.CHANGED));
            return;
        }
        invariants.changes(id, effect, order.update(), order.method());
        invariants.bringsBack(id, effect, order);
        SortedMap<String, String> before = host.before.getOrDefault(order.update(), new TreeMap<>());
        SortedMap<String, String> brought = Catalogue.get(order.update()).verify();
        if (order.method() == Method.PRESERVE_KERNEL
                && !host.kernel().equals(before.getOrDefault(KERNEL, host.kernel()))) {
            Refusal why = Refusal.of("KERNEL_RUNS", host.kernel() + " runs on " + id + " and can't be removed");
            ends(host, effect, new Outcome.Failed(why, Outcome.Aftermath.CHANGED, false));
            return;
        }
        List<Part> parts = new ArrayList<>();
        for (PatchFile patch : Catalogue.get(order.update()).patchesFor(host.versions)) {
            parts.add(new Part(patch.name(), () -> host.versions.remove(patch.fact())));
        }
        before.forEach((name, version) -> {
            if (brought.containsKey(name)) {
                parts.add(new Part(name, () -> {
                    if (empties(order.method()) && name.equals(KERNEL)) {
                        host.boots(version);
                    } else if (empties(order.method())) {
                        host.versions.put(name, version);
                    }
                    String kernel = brought.getOrDefault(name, version);
                    if (name.equals(KERNEL) && !kernel.equals(version)) { // else it was there before
                        invariants.removes(host, kernel, effect);
                        host.kernels.remove(kernel);
                    }
                }));
            }
        });
        List<SimVm> beneath = order.method() == Method.HOT_PATCH ? fleet.occupying(id) : List.of();
        change(host, effect, parts, faults.apply() / 3, beneath);
    }

    private static boolean empties(Method method) {
        return method != Method.PRESERVE_VMM && method != Method.PRESERVE_KERNEL && method != Method.HOT_PATCH;
    }

    void verify(HostId id, EffectId effect, Effect.VerifyUpdate order) {
        SimHost host = fleet.host(id);
        boolean bad = chance.happens(faults.apply() / 3);
        host.verifying = effect;
        queue.after(STEP, id + " verified " + effect, () -> {
            if (!effect.equals(host.verifying)) {
                return; // its agent died meanwhile
            }
            host.verifying = null;
            boolean on = Catalogue.get(order.update()).isOn(host.facts());
            listener.ended(
                    id,
                    effect,
                    on && !bad
                            ? new Outcome.Changed(host.versions, host.versions)
                            : new Outcome.Failed(
                                    Refusal.of("VERIFY_FAILED", id + " runs " + host.versions),
                                    Outcome.Aftermath.CHANGED,
                                    false));
        });
    }

    /** One component after the other, each with a chance to fail before it is touched. */
    private void change(SimHost host, EffectId effect, List<Part> parts, double failure, List<SimVm> beneath) {
        host.changing = effect;
        host.leftClosed = null;
        next(new Change(host, effect, parts, new TreeMap<>(host.versions), beneath, queue.now(), failure), 0);
    }

    private void next(Change change, int done) {
        SimHost host = change.host();
        EffectId effect = change.effect();
        queue.after(STEP, host.id + " step " + done + " of " + effect, () -> {
            if (!effect.equals(host.changing)) {
                return; // it was interrupted
            }
            if (done == change.parts().size()) {
                over(host);
                listener.ended(host.id, effect, new Outcome.Changed(change.versions(), host.versions, ranOn(change)));
            } else if (chance.happens(change.failure() / 2)) {
                over(host);
                boolean untouched = done == 0 && host.versions.equals(change.versions()) && chance.happens(0.5);
                listener.ended(
                        host.id,
                        effect,
                        new Outcome.Failed(
                                Refusal.of(
                                        "CHANGE_FAILED",
                                        change.parts().get(done).name() + " would not install"),
                                untouched ? Outcome.Aftermath.UNCHANGED : Outcome.Aftermath.CHANGED,
                                false));
            } else {
                change.parts().get(done).act().run();
                next(change, done + 1);
            }
        });
    }

    /** What the VMs felt that are still where they were. */
    private List<Outcome.Stood> ranOn(Change change) {
        Duration total = Duration.between(change.begun(), queue.now());
        return change.beneath().stream()
                .filter(vm -> vm.runsOn(change.host().id))
                .map(vm -> new Outcome.Stood(vm.id, Duration.ZERO, total, null, null, null))
                .toList();
    }

    private void over(SimHost host) {
        host.changing = null;
        invariants.changed(host.id);
    }

    private void ends(SimHost host, EffectId effect, Outcome outcome) {
        queue.after(
                Duration.ofMillis(5), host.id + " refuses " + effect, () -> listener.ended(host.id, effect, outcome));
    }

    private Outcome notEmpty(SimHost host, Outcome.Aftermath aftermath) {
        return new Outcome.Failed(
                Refusal.of("HOST_NOT_EMPTY", "VMs live on " + host.id)
                        .with("vms", "" + fleet.occupying(host.id).size()),
                aftermath,
                true);
    }

    /** The agent or its host died. */
    void interrupted(HostId id) {
        SimHost host = fleet.host(id);
        host.verifying = null;
        host.leftClosed = host.changing == null ? host.leftClosed : host.changing;
        over(host);
    }

    /** What an agent finds of a change that was cut off. It can't tell a host that was not touched yet from another. */
    Outcome left(HostId id, UpdateId update) {
        return new Outcome.Unknown(
                Refusal.of("CUT_OFF", update + " was cut off on " + id + ", which runs " + fleet.host(id).versions));
    }

    /** A person puts a half-changed host right: back to what it ran before. */
    void repairedByHand(HostId id, UpdateId update) {
        SimHost host = fleet.host(id);
        host.leftClosed = null;
        SortedMap<String, String> before = host.before.get(update);
        if (before != null && !Catalogue.get(update).isOn(host.facts())) {
            SortedMap<String, String> brought = Catalogue.get(update).verify();
            Catalogue.get(update).patchesFor(host.versions).forEach(patch -> host.versions.remove(patch.fact()));
            before.forEach((name, version) ->
                    host.versions.computeIfPresent(name, (key, runs) -> brought.containsKey(name) ? version : runs));
            String kernel = brought.get(KERNEL);
            if (kernel != null && !kernel.equals(host.kernel())) {
                host.kernels.remove(kernel);
            }
        }
    }
}
