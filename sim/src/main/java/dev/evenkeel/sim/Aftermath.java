package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutState;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.util.List;

/** After the faults: every run ends or asks, then ends when answered, and then every host takes the next run. */
final class Aftermath {
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration TO_SETTLE = Duration.ofMinutes(60);
    private static final Duration TO_END = Duration.ofMinutes(60);
    private static final Duration BY_HAND = Duration.ofMinutes(3);
    private static final Duration NEXT_RUN = Duration.ofMinutes(20);

    private static final RunPolicy PATIENT = new RunPolicy(
            2,
            3,
            Duration.ofMinutes(1),
            Duration.ofMinutes(8),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(1),
            Duration.ofSeconds(5),
            Duration.ofMinutes(2));

    private final Simulation sim;
    private final People people;

    Aftermath(Simulation sim, People people) {
        this.sim = sim;
        this.people = people;
    }

    void check() {
        for (int i = 0; i < TO_SETTLE.dividedBy(LOOK) && !settled(); i++) {
            sim.until(LOOK);
        }
        active().stream()
                .map(StoredRun::run)
                .filter(run -> !asksOrWaits(run))
                .forEach(sim.invariants.end::waitsForPerson);
        for (int i = 0; i < TO_END.dividedBy(LOOK) && !active().isEmpty(); i++) {
            people.answer();
            sim.until(LOOK);
        }
        active().forEach(stored -> sim.invariants.end.hasEnded(stored.run()));
        for (int i = 0; i < BY_HAND.dividedBy(LOOK) && !sim.migrations.idle(); i++) {
            sim.until(LOOK);
        }
        sim.until(LOOK);
        sim.invariants.allUsable();
        Invariants.require(
                sim.store.holds().isEmpty()
                        && sim.store.outstanding(SimFleet.SHARD).isEmpty(),
                Invariant.USABLE,
                "the store still has " + sim.store.holds() + sim.store.outstanding(SimFleet.SHARD));
        sim.fleet.hosts().forEach(this::takesNextRun);
    }

    private List<StoredRun> active() {
        return sim.store.runs(new RunQuery(null, true, null, 1000));
    }

    private boolean settled() {
        return active().stream().allMatch(stored -> asksOrWaits(stored.run()));
    }

    /**
     * It asks a person with its evidence, was paused by one, waits for a host run that asks, is held back by a rollout
     * that does, or lets a host of another rack go first that does.
     */
    private boolean asksOrWaits(Run run) {
        if (run.needsPerson()) {
            sim.invariants.end.waitsForPerson(run);
            return true;
        }
        if (run instanceof Rollout rollout) {
            return rollout.state() instanceof RolloutState.Paused || childAsks(rollout);
        }
        return run instanceof HostRun held && (isHeldBack(held) || waitsForItsTurn(held));
    }

    private boolean isHeldBack(HostRun run) {
        boolean begun =
                sim.store.holds().stream().anyMatch(held -> held.holder().equals(run.id()));
        return !begun
                && run.rollout() != null
                && sim.store
                        .load(run.rollout())
                        .filter(stored -> stored.run() instanceof Rollout rollout
                                && (rollout.state() instanceof RolloutState.Paused
                                        || rollout.state() instanceof RolloutState.Halted))
                        .isPresent();
    }

    private boolean childAsks(Run rollout) {
        return rollout.underWay().values().stream()
                .flatMap(id -> sim.store.load(id).stream())
                .anyMatch(child -> child.run().needsPerson());
    }

    /** Its owners did not choose, and a host of another rack asks. */
    private boolean waitsForItsTurn(HostRun run) {
        return run.state() instanceof HostRunState.Reserving
                && !run.offers().isEmpty()
                && run.rollout() != null
                && sim.store
                        .load(run.rollout())
                        .filter(stored -> childAsks(stored.run()))
                        .isPresent();
    }

    private void takesNextRun(SimHost host) {
        boolean keeps = host.keepsMemory && !Catalogue.get(Catalogue.KERNEL).isOn(host.facts());
        UpdateId next = Catalogue.get(Catalogue.SECOND).isOn(host.facts()) ? Catalogue.FIRST : Catalogue.SECOND;
        boolean restarts = sim.fleet.occupying(host.id).stream().anyMatch(vm -> !vm.canBeMoved() && vm.consents());
        if (keeps) {
            takesNextRun(host, Catalogue.KERNEL, Method.PRESERVE_KERNEL);
        } else {
            takesNextRun(host, next, restarts ? Method.REBOOT : Method.MIGRATE);
        }
    }

    private void takesNextRun(SimHost host, UpdateId update, Method method) {
        HostRun next = HostRun.ordered(
                new RunId("next-" + host.id),
                SimFleet.SHARD,
                host.id,
                new Purpose.UpdateHost(update, method),
                PATIENT,
                null,
                List.of(),
                sim.queue.now(),
                "ann",
                "the next one");
        for (int i = 0; i < NEXT_RUN.dividedBy(LOOK) && !ended(next); i++) {
            if (sim.store.load(next.id()).isEmpty()) {
                people.order(next);
            }
            sim.until(LOOK);
        }
        Run after = sim.store.load(next.id()).map(StoredRun::run).orElse(next);
        boolean good = after instanceof HostRun run
                && run.state() instanceof HostRunState.Ended end
                && (end.outcome() == RunOutcome.DONE
                        ? Catalogue.get(update).isOn(host.facts())
                        : end.why() != null && end.why().code().equals("VMS_STUCK"));
        Invariants.require(good, Invariant.USABLE, "the next run on " + host.id + " came to " + after);
    }

    private boolean ended(HostRun run) {
        return sim.store.load(run.id()).map(stored -> stored.run().ended()).orElse(false);
    }
}
