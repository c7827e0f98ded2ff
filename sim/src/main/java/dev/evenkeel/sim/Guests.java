package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Guests that are asked to go down. They do so by themselves once asked, whatever becomes of the agent that asked; some
 * do it late, some never.
 */
final class Guests {
    private record Asked(HostId host, Instant at, Instant until) {}

    private final EventQueue queue;
    private final Chance chance;
    private final SimFleet fleet;
    private final Migrations migrations;
    private final Invariants invariants;
    private final Migrations.Listener listener;
    private final TreeMap<EffectId, Asked> asked = new TreeMap<>();
    private final TreeSet<EffectId> goingDown = new TreeSet<>();
    private Faults faults;

    Guests(
            EventQueue queue,
            Chance chance,
            SimFleet fleet,
            Migrations migrations,
            Invariants invariants,
            Faults faults,
            Migrations.Listener listener) {
        this.queue = queue;
        this.chance = chance;
        this.fleet = fleet;
        this.migrations = migrations;
        this.invariants = invariants;
        this.faults = faults;
        this.listener = listener;
    }

    void suffers(Faults next) {
        faults = next;
    }

    void stop(HostId host, EffectId effect, Effect.StopVm order) {
        SimVm vm = fleet.vm(order.vm());
        Refusal no = null;
        if (!vm.runsOn(host)) {
            no = Refusal.of("NOT_RUNNING", vm.id + " does not run on " + host);
        } else if (order.agreed() == null && !vm.consents()) {
            no = Refusal.of("NO_CONSENT", "the owner of " + vm.id + " does not agree any more");
        } else if (vm.incoming != null) {
            no = Refusal.of("BUSY", vm.id + " is being migrated");
        }
        if (no != null) {
            Outcome refused = new Outcome.Failed(no, Outcome.Aftermath.UNCHANGED, false);
            queue.after(Duration.ofMillis(5), host + " refuses " + effect, () -> listener.ended(host, effect, refused));
            return;
        }
        invariants.asksToGoDown(vm, effect, order);
        vm.asked = effect;
        asked.put(effect, new Asked(host, queue.now(), queue.now().plus(order.patience())));
        if (!chance.happens(faults.stubborn() / 2)) {
            boolean late = chance.happens(faults.stubborn());
            Duration after = late
                    ? order.patience()
                            .plus(chance.between(Duration.ZERO, order.patience().dividedBy(2)))
                    : chance.between(Duration.ofMillis(500), Duration.ofSeconds(15));
            goingDown.add(effect);
            queue.after(after, vm.id + " goes down", () -> goesDown(vm, host, effect));
        }
        queue.after(order.patience(), "patience with " + vm.id + " ends", () -> tell(host, effect, order));
    }

    private void goesDown(SimVm vm, HostId host, EffectId effect) {
        if (vm.still != null) {
            queue.after(Duration.ofSeconds(2), vm.id + " goes down once it runs", () -> goesDown(vm, host, effect));
            return;
        }
        goingDown.remove(effect);
        if (vm.runsOn(host) && effect.equals(vm.asked)) {
            migrations.vmDied(vm, SimVm.Death.STOPPED);
            tell(host, effect, new Effect.StopVm(vm.id, Duration.ofSeconds(1), null, null, null));
        }
    }

    private void tell(HostId host, EffectId effect, Effect.StopVm order) {
        Outcome outcome = probe(effect, order);
        if (outcome != null) {
            listener.ended(host, effect, outcome);
        }
    }

    /** Whether the guest was asked under this order. */
    boolean wasAsked(EffectId effect) {
        return asked.containsKey(effect);
    }

    /** What became of an order that was begun; null while its guest may still go down in time. */
    @org.jspecify.annotations.Nullable
    Outcome probe(EffectId effect, Effect.StopVm order) {
        Asked then = asked.get(effect);
        SimVm vm = fleet.vm(order.vm());
        if (then == null) {
            throw new IllegalStateException(effect + " asked nobody");
        }
        if (vm.death == SimVm.Death.BY_HAND) {
            return new Outcome.Failed(
                    Refusal.of("NOT_RUNNING", vm.id + " was stopped by its owner"), Outcome.Aftermath.UNCHANGED, false);
        }
        if (!vm.runsOn(then.host())) {
            return new Outcome.Stopped(then.at());
        }
        return queue.now().isBefore(then.until())
                ? null
                : new Outcome.Failed(
                        Refusal.of("DID_NOT_STOP", "the guest of " + vm.id + " is still up"),
                        Outcome.Aftermath.CHANGED,
                        false);
    }

    /** Whether a guest that a run asked is on its way down. */
    boolean goDownFor(RunId run) {
        return goingDown.stream().anyMatch(effect -> effect.value().startsWith(run + "/"));
    }

    /** Whether a guest is on its way down. */
    boolean goesDown(SimVm vm) {
        return vm.asked != null && goingDown.contains(vm.asked);
    }

    /** A VM that is to be redeployed is first shut down like any other. */
    static Effect.StopVm firstStep(Effect.RedeployVm order) {
        return new Effect.StopVm(order.vm(), order.patience(), null, null, order.agreed());
    }

    /** Starts a VM that is down on the other host, or says what kept it; sometimes the other host's answer is lost. */
    Outcome bringsUp(EffectId effect, Effect.RedeployVm order) {
        SimVm vm = fleet.vm(order.vm());
        if (!vm.running.isEmpty() || vm.death == SimVm.Death.BY_HAND) {
            return askedAgain(effect, order);
        }
        boolean there = fleet.connected(order.from(), order.to())
                && !fleet.host(order.to()).closed()
                && fleet.free(order.to()).compareTo(vm.memory) >= 0
                && !chance.happens(faults.refusal() / 2);
        if (there) {
            invariants.restarted(vm, order.to(), effect);
            vm.home = order.to();
            vm.starts(fleet);
        }
        return chance.happens(faults.refusal() / 2)
                ? new Outcome.Unknown(Refusal.of("DESTINATION_SILENT", order.to() + " did not answer"))
                : askedAgain(effect, order);
    }

    /** What became of a VM that was to be redeployed. */
    Outcome askedAgain(EffectId effect, Effect.RedeployVm order) {
        SimVm vm = fleet.vm(order.vm());
        Asked then = asked.get(effect);
        if (vm.runsOn(order.to())) {
            Duration out = Duration.between(then == null ? queue.now() : then.at(), queue.now());
            return new Outcome.Moved(order.to(), out, out, Bytes.ZERO, false, null);
        }
        if (vm.runsOn(order.from()) || vm.death == SimVm.Death.BY_HAND) {
            return failed("BY_HAND", vm.id + " was started or stopped by other hands", Outcome.Aftermath.UNCHANGED);
        }
        return vm.home.equals(order.from())
                ? new Outcome.Failed(
                        Refusal.of("NO_START", vm.id + " did not start on " + order.to()),
                        Outcome.Aftermath.VM_DEAD,
                        false)
                : new Outcome.Unknown(Refusal.of("NOT_FOUND", vm.id + " is neither here nor on " + order.to()));
    }

    Outcome start(HostId host, EffectId effect, Effect.StartVm order) {
        SimVm vm = fleet.vm(order.vm());
        if (vm.runsOn(host)) {
            return new Outcome.Started(queue.now(), true);
        }
        if (!vm.home.equals(host)) {
            return failed("NOT_HERE", vm.id + " is not to be started on " + host, Outcome.Aftermath.UNCHANGED);
        }
        if (vm.death == SimVm.Death.BY_HAND) {
            return failed("STOPPED_BY_OWNER", vm.id + " was stopped by its owner", Outcome.Aftermath.UNCHANGED);
        }
        if (fleet.host(host).switching != null) {
            return failed("CHANGING", host + " changes its kernel", Outcome.Aftermath.VM_DEAD);
        }
        if (fleet.free(host).compareTo(vm.memory) < 0 || chance.happens(faults.refusal() / 2)) {
            return failed("START_FAILED", vm.id + " does not start on " + host, Outcome.Aftermath.VM_DEAD);
        }
        invariants.restarted(vm, host, effect);
        vm.starts(fleet);
        return new Outcome.Started(queue.now(), false);
    }

    private static Outcome failed(String code, String why, Outcome.Aftermath aftermath) {
        return new Outcome.Failed(Refusal.of(code, why), aftermath, aftermath == Outcome.Aftermath.VM_DEAD);
    }

    /** A person puts right what a run leaves to people: it runs again, or stays down by that person's hand. */
    void repairedByHand(SimVm vm) {
        if (vm.death == SimVm.Death.STOPPED
                && fleet.host(vm.home).switching == null
                && fleet.free(vm.home).compareTo(vm.memory) >= 0) {
            vm.starts(fleet);
        } else if (vm.death == SimVm.Death.STOPPED) {
            vm.death = SimVm.Death.BY_HAND;
        }
    }
}
