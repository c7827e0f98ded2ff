package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One host's agent. Its journal is on disk and survives it: an order is written there before it begins, its outcome
 * before it is told, and it is told until the server says that it is committed. After a crash the agent begins nothing
 * again; it looks what became of what it had begun.
 */
final class SimAgent {
    private static final Duration LOOK = Duration.ofSeconds(5);

    /** What the agent can reach. */
    interface Server {
        void acknowledged(HostId from, EffectId effect, RunId run);

        void ended(HostId from, RunId run, EffectId effect, Outcome outcome);

        void observed(HostReport report);
    }

    private static final class Entry {
        final EffectOrder order;

        @Nullable
        Outcome outcome;

        Entry(EffectOrder order) {
            this.order = order;
        }
    }

    private final HostId host;
    private final World world;
    private final TreeMap<EffectId, Entry> journal = new TreeMap<>();
    private final TreeSet<EffectId> untold = new TreeSet<>();
    private long newestEpoch;
    private int life;
    private boolean up;

    /** The agent's surroundings, the same for all agents. */
    record World(
            EventQueue queue,
            Chance chance,
            SimFleet fleet,
            Migrations migrations,
            HostChanges changes,
            Invariants invariants,
            Server server,
            PlantedBug bug,
            java.util.function.Supplier<Faults> faults) {}

    SimAgent(HostId host, World world) {
        this.host = host;
        this.world = world;
    }

    /** The process starts, for the first time or again. */
    void start() {
        if (up || !world.fleet().host(host).up) {
            return;
        }
        up = true;
        life++;
        for (Entry entry : journal.values()) {
            if (entry.outcome == null && !world.migrations().underWay(entry.order.id())) {
                entry.outcome = probe(entry.order.effect());
            }
            if (entry.outcome != null) {
                untold.add(entry.order.id());
            }
        }
        look(life);
    }

    void crash() {
        if (up) {
            up = false;
            world.changes().interrupted(host);
        }
    }

    /** It dies here with some chance: between any two steps. */
    private boolean stumbles() {
        if (world.chance().happens(world.faults().get().agentStep())) {
            crash();
            world.queue()
                    .after(world.chance().around(Duration.ofSeconds(15)), "agent " + host + " restarts", this::start);
            return true;
        }
        return false;
    }

    void receive(EffectOrder order) {
        if (!up) {
            return;
        }
        if (order.epoch() < newestEpoch && world.bug() != PlantedBug.SKIPPED_FENCE) {
            return; // from a server that lost its lease; the one that has it delivers again
        }
        newestEpoch = Math.max(newestEpoch, order.epoch());
        Entry known = journal.get(order.id());
        if (known != null) {
            world.server().acknowledged(host, order.id(), order.run());
            tell(known);
            return;
        }
        if (stumbles()) {
            return;
        }
        Entry entry = new Entry(order);
        journal.put(order.id(), entry);
        if (stumbles()) {
            return;
        }
        world.server().acknowledged(host, order.id(), order.run());
        begin(entry);
    }

    private void begin(Entry entry) {
        EffectId id = entry.order.id();
        world.invariants().begins(entry.order);
        switch (entry.order.effect()) {
            case Effect.MoveVm move -> world.migrations().begin(id, move);
            case Effect.ApplyUpdate apply -> world.changes().apply(host, id, apply);
            case Effect.VerifyUpdate verify -> world.changes().verify(host, id, verify);
            case Effect.UndoUpdate undo -> world.changes().undo(host, id, undo);
            case Effect.AbortMove abort -> {
                world.migrations().abort(abort.move());
                ended(id, new Outcome.Acted());
            }
            case Effect.StartVm start -> ended(id, startVm(start, id));
            case Effect.AskAgain ask -> {
                askAgain(ask.about());
                ended(id, new Outcome.Acted());
            }
        }
    }

    private Outcome startVm(Effect.StartVm start, EffectId effect) {
        SimVm vm = world.fleet().vm(start.vm());
        if (!vm.home.equals(host) || vm.death == SimVm.Death.BY_HAND) {
            return new Outcome.Failed(
                    Refusal.of("NOT_HERE", vm.id + " is not to be started on " + host),
                    Outcome.Aftermath.UNCHANGED,
                    false);
        }
        if (vm.death != null) {
            world.invariants().restarted(vm, effect);
            vm.starts();
        }
        return new Outcome.Acted();
    }

    private void askAgain(EffectId about) {
        Entry entry = journal.get(about);
        if (entry == null || world.migrations().underWay(about)) {
            return;
        }
        if (entry.outcome instanceof Outcome.Unknown) {
            entry.outcome = probe(entry.order.effect());
        }
        tell(entry);
    }

    private Outcome probe(Effect effect) {
        return switch (effect) {
            case Effect.MoveVm move -> world.migrations().probe(move);
            case Effect.ApplyUpdate apply -> world.changes().probe(host, apply);
            case Effect.VerifyUpdate verify -> world.changes().probe(host, verify);
            case Effect.UndoUpdate undo -> world.changes().probe(host, undo);
            case Effect.StartVm start ->
                world.fleet().vm(start.vm()).runsOn(host)
                        ? new Outcome.Acted()
                        : new Outcome.Failed(
                                Refusal.of("INTERRUPTED", start.vm() + " does not run"),
                                Outcome.Aftermath.UNCHANGED,
                                true);
            case Effect.AbortMove abort -> new Outcome.Acted();
            case Effect.AskAgain ask -> new Outcome.Acted();
        };
    }

    /** What the agent began is over. An agent that is down will look for itself. */
    void ended(EffectId id, Outcome outcome) {
        Entry entry = journal.get(id);
        if (!up || entry == null || entry.outcome != null || stumbles()) {
            return;
        }
        entry.outcome = outcome;
        if (!stumbles()) {
            tell(entry);
            see();
        }
    }

    private void tell(Entry entry) {
        if (entry.outcome != null) {
            untold.add(entry.order.id());
            world.server().ended(host, entry.order.run(), entry.order.id(), entry.outcome);
        }
    }

    /** The server has committed an outcome. */
    void confirmed(EffectId id) {
        Entry entry = journal.get(id);
        if (up && entry != null) {
            untold.remove(id);
        }
    }

    private void look(int living) {
        if (up && living == life) {
            for (EffectId id : List.copyOf(untold)) {
                Entry entry = journal.get(id);
                if (entry != null) {
                    tell(entry);
                }
            }
            see();
            world.queue().after(LOOK, "agent " + host + " looks", () -> look(living));
        }
    }

    private void see() {
        world.server().observed(world.fleet().look(host, world.queue().now()));
    }

    /** Whether it works on something of this run. */
    boolean works(RunId run) {
        return journal.values().stream().anyMatch(e -> e.order.run().equals(run) && e.outcome == null);
    }

    boolean isUp() {
        return up;
    }
}
