package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Decider;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Engine;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.Unavailable;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.rollout.Deciders;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One server process: takes the lease when it can, drives the engine, hears agents. It may die at any call, and it may
 * stand still for longer than its lease and go on without knowing.
 */
final class SimServer {
    /** The process dies here. */
    static final class Died extends Unavailable {
        private static final long serialVersionUID = 1;

        Died() {
            super("the server died", false);
        }
    }

    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration RENEW = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofMillis(3);

    private final String name;
    private final EventQueue queue;
    private final Trace trace;
    private final FlakyStore store;
    private final Observations observations;
    private final Consumer<EffectOrder> deliver;
    private final BiConsumer<HostId, EffectId> confirm;
    private final PlantedBug bug;
    private @Nullable Engine engine;
    private Instant renewAt;
    private Instant frozenUntil = Instant.MIN;
    private Instant wakeAt = Instant.MAX;
    private boolean alive = true;

    /**
     * @param deliver the way to the agents
     * @param confirm tells an agent that an outcome is committed
     */
    SimServer(
            String name,
            EventQueue queue,
            Trace trace,
            SimStore store,
            FlakyStore.Weather weather,
            Observations observations,
            Consumer<EffectOrder> deliver,
            BiConsumer<HostId, EffectId> confirm,
            PlantedBug bug) {
        this.bug = bug;
        this.name = name;
        this.queue = queue;
        this.trace = trace;
        this.observations = observations;
        this.confirm = confirm;
        this.deliver = order -> {
            weather.stumble();
            deliver.accept(order);
        };
        this.store = new FlakyStore(store, weather, this.deliver::accept);
        this.renewAt = queue.now();
        wake(Duration.ZERO);
    }

    String name() {
        return name;
    }

    boolean alive() {
        return alive;
    }

    boolean leads() {
        return alive && engine != null;
    }

    boolean frozen() {
        return queue.now().isBefore(frozenUntil);
    }

    void freeze(Duration length) {
        frozenUntil = queue.now().plus(length);
    }

    /** Runs something of this process; false when it died of it, lost its lease or could not reach the store. */
    private boolean guarded(Runnable what) {
        try {
            what.run();
            return true;
        } catch (FlakyStore.Away e) {
            trace.note(name + ": the store does not answer");
            return false;
        } catch (Died e) {
            trace.note(name + " dies");
            alive = false;
            return false;
        }
    }

    private void wake(Duration delay) {
        Instant at = queue.now().plus(delay);
        if (at.isBefore(wakeAt)) {
            wakeAt = at;
            queue.after(delay, name + " wakes", () -> {
                if (alive && at.equals(wakeAt)) {
                    wakeAt = Instant.MAX;
                    turn();
                }
            });
        }
    }

    private void turn() {
        if (frozen()) {
            wake(Duration.between(queue.now(), frozenUntil));
            return;
        }
        Duration[] next = {Duration.ofSeconds(1)};
        guarded(() -> {
            boolean late = engine != null && !queue.now().isBefore(renewAt.plus(TTL));
            if (!late) {
                keepLease(); // a process that stood still does not know it and works first
            }
            Engine mine = engine;
            if (mine != null && mine.runDue() == Engine.Accepted.FENCED) {
                fenced();
            }
            if (late) {
                keepLease();
            }
            next[0] = engine == null ? RENEW.dividedBy(2) : untilDue(engine);
        });
        if (alive) {
            wake(next[0]);
        }
    }

    private Duration untilDue(Engine mine) {
        Instant due = mine.nextDue().orElse(renewAt);
        Duration until = Duration.between(queue.now(), due.isBefore(renewAt) ? due : renewAt);
        return until.compareTo(SOON) < 0 ? SOON : until;
    }

    private void keepLease() {
        if (engine == null) {
            Optional<Lease> lease = store.acquire(SimFleet.SHARD, name, TTL);
            if (lease.isPresent()) {
                trace.note(name + " leads with epoch " + lease.get().epoch());
                engine = new Engine(
                        store, decider(), deliver::accept, this::world, queue, lease.get(), SimServer::broken);
                renewAt = queue.now().plus(RENEW);
            }
        } else if (!queue.now().isBefore(renewAt)) {
            if (store.renew(engine.lease(), TTL)) {
                renewAt = queue.now().plus(RENEW);
            } else {
                fenced();
            }
        }
    }

    /** Elsewhere such a run is set aside; here it is what we look for. */
    private static void broken(RunId run, Throwable failure) {
        StringWriter stack = new StringWriter();
        failure.printStackTrace(new PrintWriter(stack));
        throw new Violation(Invariant.NO_EXCEPTION, run + " cannot go on: " + stack);
    }

    private Decider decider() {
        Decider sound = new Deciders();
        return bug == PlantedBug.FORGETS_STOPPED_VMS
                ? (run, event, world) -> forgetting(sound.decide(run, event, world), world)
                : sound;
    }

    /** {@link PlantedBug#FORGETS_STOPPED_VMS}: what should start VMs ends instead. */
    private static Step forgetting(Step step, World world) {
        if (!(step.next() instanceof HostRun run && run.state() instanceof HostRunState.Starting starting)) {
            return step;
        }
        Step.Builder ending = new Step.Builder();
        if (run.rollout() != null) {
            ending.send(
                    run.rollout(),
                    new RunEvent.HostRunEnded(
                            run.id(), run.host(), starting.outcome(), starting.why(), run.vmsLost(), world.now()));
        }
        return ending.to(run.in(new HostRunState.Ended(starting.outcome(), starting.why(), world.now())));
    }

    private void fenced() {
        trace.note(name + " has lost its lease");
        engine = null;
    }

    private World world(Instant now) {
        return new World(now, observations.at(now, store.holds()), SimServer::forecast, Catalogue::find)
                .exempting(observations.exemptions());
    }

    private static VmForecast forecast(Vm vm, dev.evenkeel.core.fleet.Host from, dev.evenkeel.core.fleet.Host to) {
        Duration pause = vm.dirtyRate() == null ? Duration.ofMillis(50) : Migrations.pause(vm.dirtyRate());
        long total = (long) (vm.memory().toMiB() / Migrations.BANDWIDTH * 1000);
        return new VmForecast(vm.id(), to.id(), new Impact.Pause(pause), Duration.ofMillis(total));
    }

    // What comes from outside. False when it was not taken; whoever sent it tries again.

    boolean order(Run run) {
        Engine mine = engine;
        return mine != null
                && taken(() -> {
                    if (store.load(run.id()).isPresent()) {
                        return Engine.Accepted.COMMITTED; // the answer to the first try was lost
                    }
                    return mine.order(run);
                });
    }

    boolean tell(RunId run, RunEvent event) {
        Engine mine = engine;
        return mine != null && taken(() -> mine.accept(run, event));
    }

    private boolean taken(java.util.function.Supplier<Engine.Accepted> what) {
        boolean[] committed = {false};
        guarded(() -> {
            Engine.Accepted accepted = what.get();
            if (accepted == Engine.Accepted.FENCED) {
                fenced();
            }
            committed[0] = accepted != Engine.Accepted.FENCED;
        });
        if (alive) {
            wake(SOON);
        }
        return committed[0];
    }

    void acknowledged(EffectId effect) {
        guarded(() -> store.acknowledge(effect));
    }

    /** What is still wanted of a host, as an answer to its agent's question; empty when it can't be said now. */
    Optional<List<EffectOrder>> wanted(HostId of) {
        List<List<EffectOrder>> answer = new ArrayList<>();
        Engine mine = engine;
        if (mine != null) {
            guarded(() -> answer.add(store.outstandingFor(of).stream()
                    .map(effect -> effect.under(mine.lease()))
                    .toList()));
        }
        return answer.stream().findFirst();
    }

    void ended(HostId from, RunId run, EffectId effect, Outcome outcome) {
        if (tell(run, new RunEvent.EffectEnded(effect, outcome))) {
            confirm.accept(from, effect);
        }
    }

    void observed(HostReport report) {
        observations.heard(report, queue.now());
        if (engine != null) {
            guarded(() -> {
                for (StoredRun stored : store.runs(new RunQuery("HostRun", true, null, 100))) {
                    if (stored.run() instanceof HostRun run && run.host().equals(report.host())) {
                        tell(run.id(), new RunEvent.HostObserved(report.host()));
                    }
                }
            });
        }
    }
}
