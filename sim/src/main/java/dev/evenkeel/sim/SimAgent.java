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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One host's agent. Its journal is on disk and survives it: an order is written there before it begins, its outcome
 * before it is told, and it is told until the server says that it is committed. After a crash the agent looks what became
 * of what it had begun; what had not begun, or was cut off with it, goes on only when the server says that it is still
 * wanted.
 */
final class SimAgent {
    private static final Duration LOOK = Duration.ofSeconds(5);

    /** What the agent can reach. */
    interface Server {
        void acknowledged(HostId from, EffectId effect, RunId run);

        void ended(HostId from, RunId run, EffectId effect, Outcome outcome);

        void observed(HostReport report);

        /** Asks what is still wanted of this host; the answer is lost when the agent dies meanwhile. */
        void asksWhatIsWanted(HostId from, Consumer<List<EffectOrder>> answer);
    }

    private static final class Entry {
        EffectOrder order;

        @Nullable
        Outcome outcome;

        boolean begun;

        Entry(EffectOrder order) {
            this.order = order;
        }
    }

    private final HostId host;
    private final World world;
    private final TreeMap<EffectId, Entry> journal = new TreeMap<>();
    private final TreeSet<EffectId> dormant = new TreeSet<>();
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
            Guests guests,
            HandOvers handOvers,
            KernelSwitches switches,
            Invariants invariants,
            Server server,
            PlantedBug bug,
            Supplier<Faults> faults) {}

    SimAgent(HostId host, World world) {
        this.host = host;
        this.world = world;
    }

    /** The process starts, for the first time or again. */
    void start() {
        if (up || !world.fleet().host(host).up || world.fleet().host(host).booting) {
            return;
        }
        up = true;
        life++;
        dormant.clear();
        for (Entry entry : journal.values()) {
            if (entry.outcome != null) {
                continue;
            }
            if (entry.begun
                    && entry.order.effect() instanceof Effect.StopVm stop
                    && world.guests().wasAsked(entry.order.id())) {
                Outcome outcome = world.guests().probe(entry.order.id(), stop);
                if (outcome != null) {
                    ended(entry, outcome);
                }
            } else if (entry.begun
                    && entry.order.effect() instanceof Effect.RedeployVm redeploy
                    && world.guests().wasAsked(entry.order.id())) {
                Outcome outcome = world.guests().probe(entry.order.id(), Guests.firstStep(redeploy));
                if (outcome != null) {
                    ended(entry, further(entry, outcome));
                }
            } else if (entry.begun && entry.order.effect() instanceof Effect.HandOver over) {
                takeUp(entry, over);
            } else if (entry.begun
                    && entry.order.effect() instanceof Effect.SwitchKernel
                    && !world.switches().isUntouched(host, entry.order.id())) {
                Outcome outcome = world.switches().takeUp(host, entry.order.id());
                if (outcome != null) {
                    ended(entry, outcome);
                }
            } else if (!(entry.order.effect() instanceof Effect.MoveVm move) || !entry.begun) {
                dormant.add(entry.order.id());
            } else if (!world.migrations().underWay(entry.order.id())) {
                ended(entry, world.migrations().probe(move));
            }
        }
        look(life);
    }

    /** A VM between two daemons is not left there. */
    private void takeUp(Entry entry, Effect.HandOver over) {
        Outcome outcome = world.handOvers().probe(entry.order.id());
        if (outcome != null) {
            ended(entry, outcome);
        } else {
            world.handOvers().begin(host, entry.order.id(), over);
        }
    }

    void crash() {
        if (up) {
            up = false;
            world.handOvers().interrupted(host);
            world.switches().interrupted(host);
            world.changes().interrupted(host);
        }
    }

    /** It dies here with some chance: between any two steps. */
    boolean stumbles() {
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
            if (dormant.remove(order.id())) {
                known.order = order; // under the lease that wants it now
                begin(known);
            } else {
                tell(known);
            }
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

    /** The server's word after a restart: what is not wanted any more stays undone. */
    private void wanted(List<EffectOrder> orders) {
        TreeSet<EffectId> still = new TreeSet<>();
        for (EffectOrder order : orders) {
            still.add(order.id());
            if (up) {
                receive(order);
            }
        }
        for (EffectId id : List.copyOf(dormant)) {
            Entry entry = journal.get(id);
            if (up && entry != null && !still.contains(id)) {
                dormant.remove(id);
                ended(entry, left(entry));
                tell(entry);
            }
        }
    }

    /** How the host was left by what nobody wants any more: a change that was cut off is not undone by looking away. */
    private Outcome left(Entry entry) {
        Outcome withdrawn = new Outcome.Failed(
                Refusal.of("WITHDRAWN", "no longer wanted when " + host + " came back"),
                Outcome.Aftermath.UNCHANGED,
                false);
        return switch (entry.order.effect()) {
            case Effect.ApplyUpdate apply -> entry.begun ? world.changes().left(host, apply.update()) : withdrawn;
            case Effect.UndoUpdate undo -> entry.begun ? world.changes().left(host, undo.update()) : withdrawn;
            case Effect.MoveVm move -> withdrawn;
            case Effect.RedeployVm redeploy -> withdrawn;
            case Effect.HandOver over -> withdrawn;
            case Effect.SwitchKernel change -> withdrawn;
            case Effect.VerifyUpdate verify -> withdrawn;
            case Effect.StopVm stop -> withdrawn;
            case Effect.StartVm start -> withdrawn;
            case Effect.AbortMove abort -> withdrawn;
            case Effect.AskAgain ask -> withdrawn;
        };
    }

    private void begin(Entry entry) {
        EffectId id = entry.order.id();
        boolean resumed = entry.begun;
        entry.begun = true;
        if (resumed) {
            world.invariants().goesOn(entry.order);
        } else {
            world.invariants().begins(entry.order);
        }
        switch (entry.order.effect()) {
            case Effect.MoveVm move -> world.migrations().begin(id, move);
            case Effect.RedeployVm redeploy -> world.guests().stop(host, id, Guests.firstStep(redeploy));
            case Effect.HandOver over -> world.handOvers().begin(host, id, over);
            case Effect.SwitchKernel change -> world.switches().begin(host, id, change);
            case Effect.ApplyUpdate apply -> world.changes().apply(host, id, apply, resumed);
            case Effect.VerifyUpdate verify -> world.changes().verify(host, id, verify);
            case Effect.UndoUpdate undo -> world.changes().undo(host, id, undo);
            case Effect.AbortMove abort -> {
                world.migrations().abort(abort.move());
                ended(id, new Outcome.Acted());
            }
            case Effect.StopVm stop -> world.guests().stop(host, id, stop);
            case Effect.StartVm start -> ended(id, world.guests().start(host, id, start));
            case Effect.AskAgain ask -> {
                askAgain(ask.about());
                ended(id, new Outcome.Acted());
            }
        }
    }

    private void askAgain(EffectId about) {
        Entry entry = journal.get(about);
        if (entry == null || world.migrations().underWay(about)) {
            return;
        }
        if (entry.outcome instanceof Outcome.Unknown && entry.order.effect() instanceof Effect.MoveVm move) {
            ended(entry, world.migrations().probe(move));
        }
        if (entry.outcome instanceof Outcome.Unknown && entry.order.effect() instanceof Effect.RedeployVm redeploy) {
            ended(entry, world.guests().askedAgain(about, redeploy));
        }
        if (entry.outcome instanceof Outcome.Unknown && entry.order.effect() instanceof Effect.SwitchKernel) {
            Outcome outcome = world.switches().askedAgain(host, about);
            if (outcome != null) {
                ended(entry, outcome);
            }
        }
        if (entry.outcome != null) {
            untold.add(about);
        }
        tell(entry);
    }

    /** What the agent began is over. An agent that is down will look for itself. */
    void ended(EffectId id, Outcome outcome) {
        Entry entry = journal.get(id);
        if (!up || entry == null || entry.outcome != null || stumbles()) {
            return;
        }
        Outcome last = further(entry, outcome);
        if (stumbles()) {
            return;
        }
        ended(entry, last);
        if (!stumbles()) {
            tell(entry);
            see();
        }
    }

    /** A VM that is down to be redeployed is brought up where it is wanted; any other outcome is the last. */
    private Outcome further(Entry entry, Outcome outcome) {
        return outcome instanceof Outcome.Stopped && entry.order.effect() instanceof Effect.RedeployVm redeploy
                ? world.guests().bringsUp(entry.order.id(), redeploy)
                : outcome;
    }

    /** Into the journal, from where it is told until the server has it. */
    private void ended(Entry entry, Outcome outcome) {
        entry.outcome = outcome;
        if (entry.order.id().equals(world.fleet().host(host).leftClosed)) {
            world.fleet().host(host).leftClosed = null;
        }
        untold.add(entry.order.id());
    }

    private void tell(Entry entry) {
        if (entry.outcome != null) {
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
            if (!dormant.isEmpty()) {
                world.server().asksWhatIsWanted(host, wanted -> {
                    if (up && living == life) {
                        wanted(wanted);
                    }
                });
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
        return up
                && journal.values().stream()
                        .anyMatch(
                                e -> e.order.run().equals(run) && e.outcome == null && !dormant.contains(e.order.id()));
    }
}
