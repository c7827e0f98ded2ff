package dev.evenkeel.sim;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One fleet, one seed. First everything goes wrong for a while; then all faults stop and every run must end or reach a
 * person; then people answer and every run must end; then every host must take another run.
 */
public final class Simulation {
    private final long seed;
    private final PlantedBug bug;
    private final Chance chance;
    private final Trace trace;
    final EventQueue queue;
    final SimFleet fleet;
    final Invariants invariants;
    final SimStore store;
    final SimLink link;
    final Migrations migrations;
    final HostChanges changes;
    final Guests guests;
    final HandOvers handOvers;
    final KernelSwitches switches;
    final TreeMap<HostId, SimAgent> agents = new TreeMap<>();
    final SimExemptions exemptions;
    final TreeSet<HostId> cordoned = new TreeSet<>();
    private final TreeMap<HostId, HostReport> inventory = new TreeMap<>();
    private final List<SimServer> servers = new ArrayList<>();
    private Faults faults;
    private boolean storeDown;
    private int born;

    private Simulation(long seed, PlantedBug bug, Trace trace, Chance chance) {
        this(seed, bug, trace, chance, Faults.drawn(chance), SimFleet.drawn(chance));
    }

    /** One fleet and what goes wrong in it; nothing happens before {@link #begins}. */
    Simulation(long seed, PlantedBug bug, Trace trace, Chance chance, Faults faults, SimFleet fleet) {
        this.seed = seed;
        this.bug = bug;
        this.trace = trace;
        this.chance = chance;
        this.queue = new EventQueue(trace);
        this.faults = faults;
        this.fleet = fleet;
        this.invariants = new Invariants(fleet, Catalogue.ids(), trace);
        this.exemptions = new SimExemptions(this, chance);
        this.store = new SimStore(queue, invariants, trace, bug);
        this.link = new SimLink(queue, chance, faults);
        this.migrations = new Migrations(queue, chance, fleet, invariants, trace, faults, this::ended);
        this.changes = new HostChanges(queue, chance, fleet, invariants, faults, this::ended);
        this.guests = new Guests(queue, chance, fleet, migrations, invariants, faults, this::ended);
        this.handOvers = new HandOvers(queue, chance, fleet, invariants, faults, this::ended);
        this.switches = new KernelSwitches(
                queue,
                chance,
                fleet,
                migrations,
                invariants,
                trace,
                faults,
                this::ended,
                host -> onAgent(host, SimAgent::crash),
                host -> agent(host).stumbles(),
                host -> onAgent(host, SimAgent::start),
                host -> new Misfortune(this, chance, this.faults).hostDies(host));
        SimAgent.World surroundings = new SimAgent.World(
                queue,
                chance,
                fleet,
                migrations,
                changes,
                guests,
                handOvers,
                switches,
                invariants,
                new Way(),
                bug,
                () -> this.faults);
        for (SimHost host : fleet.hosts()) {
            agents.put(host.id, new SimAgent(host.id, surroundings));
            inventory.put(host.id, fleet.look(host.id, queue.now()));
        }
    }

    /** Lets one seed happen. */
    public static Verdict run(long seed) {
        return run(seed, PlantedBug.NONE);
    }

    /** The same with a bug built in. */
    public static Verdict run(long seed, PlantedBug bug) {
        return run(seed, bug, new Trace());
    }

    /** The same, keeping the last {@code lines} lines of what happened. */
    public static Verdict run(long seed, PlantedBug bug, int lines) {
        return run(seed, bug, new Trace(lines));
    }

    private static Verdict run(long seed, PlantedBug bug, Trace trace) {
        Simulation simulation = new Simulation(seed, bug, trace, new Chance(seed));
        @Nullable Invariant broken = null;
        String what = "";
        try {
            simulation.happen();
        } catch (Violation e) {
            broken = e.invariant();
            what = String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            broken = Invariant.NO_EXCEPTION;
            java.io.StringWriter stack = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(stack));
            what = stack.toString();
        }
        return new Verdict(seed, bug, trace.events(), trace.digest(), broken, what, trace.last(), trace.tally());
    }

    private void happen() {
        trace.note("seed " + seed + ", " + bug + ", " + faults);
        Misfortune misfortune = new Misfortune(this, chance, faults);
        People people = new People(this, chance);
        begins();
        misfortune.begin();
        people.begin(faults);
        until(Duration.ofSeconds(chance.between(300, 900)));
        misfortune.end();
        people.end();
        calm();
        new Aftermath(this, people).check();
    }

    /** The agents start, and a server. */
    void begins() {
        agents.values().forEach(SimAgent::start);
        bear();
        if (faults.replicas()) {
            bear();
        }
    }

    /** All faults stop, and what was broken comes back. */
    private void calm() {
        trace.note("all faults stop");
        faults = Faults.none();
        storeDown = false;
        link.suffers(faults);
        migrations.suffers(faults);
        changes.suffers(faults);
        guests.suffers(faults);
        handOvers.suffers(faults);
        switches.suffers(faults);
        fleet.hosts().forEach(host -> {
            link.mend(host.id);
            fleet.hosts().forEach(other -> fleet.mend(host.id, other.id));
            host.comesUp();
        });
        agents.values().forEach(SimAgent::start);
        if (servers.stream().noneMatch(SimServer::alive)) {
            bear();
        }
        cordoned.clear();
        exemptions.end();
    }

    /** Lets time pass; the invariants are checked after every event. */
    void until(Duration length) {
        java.time.Instant end = queue.now().plus(length);
        while (queue.now().isBefore(end) && queue.next()) {
            invariants.check();
        }
    }

    /** A server process starts. */
    void bear() {
        born++;
        servers.removeIf(server -> !server.alive());
        servers.add(new SimServer(
                "s" + born,
                queue,
                trace,
                store,
                new Weather(),
                new Observations(inventory, fleet, cordoned, exemptions),
                this::deliver,
                this::confirm,
                bug));
    }

    List<SimServer> servers() {
        return servers;
    }

    void storeIsDown(boolean down) {
        storeDown = down;
        trace.note("the store is " + (down ? "down" : "up"));
    }

    Trace trace() {
        return trace;
    }

    /** A process that thinks it leads, if there is one: which of two is chance. */
    @Nullable
    SimServer leader() {
        List<SimServer> leaders = servers.stream()
                .filter(SimServer::leads)
                .filter(s -> !s.frozen())
                .toList();
        return leaders.isEmpty() ? null : chance.pick(leaders);
    }

    private void deliver(EffectOrder order) {
        SimAgent agent = agents.get(order.agent());
        if (agent == null) {
            throw new IllegalStateException("an order for " + order.agent() + ", which is no host");
        }
        link.send(
                order.agent(),
                List.of(order.run()),
                order.agent() + " gets " + order.id() + " of epoch " + order.epoch(),
                () -> agent.receive(order));
    }

    private void confirm(HostId host, EffectId effect) {
        SimAgent agent = agents.get(host);
        store.effect(effect).ifPresent(invariants::confirmed);
        if (agent != null) {
            link.send(host, List.of(), host + " hears that " + effect + " is known", () -> agent.confirmed(effect));
        }
    }

    private void ended(HostId agent, EffectId effect, Outcome outcome) {
        onAgent(agent, there -> there.ended(effect, outcome));
    }

    private void onAgent(HostId host, Consumer<SimAgent> what) {
        what.accept(agent(host));
    }

    SimAgent agent(HostId host) {
        SimAgent agent = agents.get(host);
        if (agent == null) {
            throw new IllegalStateException("no agent on " + host);
        }
        return agent;
    }

    /** The agents' way to whichever server leads. */
    private final class Way implements SimAgent.Server {
        @Override
        public void acknowledged(HostId from, EffectId effect, RunId run) {
            link.send(from, List.of(run), from + " has " + effect, () -> {
                SimServer leader = leader();
                if (leader != null) {
                    leader.acknowledged(effect);
                }
            });
        }

        @Override
        public void ended(HostId from, RunId run, EffectId effect, Outcome outcome) {
            link.send(from, List.of(run), from + " ended " + effect + ": " + outcome, () -> {
                SimServer leader = leader();
                if (leader != null) {
                    leader.ended(from, run, effect, outcome);
                }
            });
        }

        @Override
        public void asksWhatIsWanted(HostId from, Consumer<List<EffectOrder>> answer) {
            link.send(from, List.of(), from + " asks what is wanted", () -> {
                SimServer leader = leader();
                if (leader != null) {
                    leader.wanted(from)
                            .ifPresent(orders -> link.send(
                                    from, List.of(), from + " hears what is wanted", () -> answer.accept(orders)));
                }
            });
        }

        @Override
        public void observed(HostReport report) {
            link.send(
                    report.host(),
                    List.of(),
                    report.host() + " is seen",
                    () -> List.copyOf(servers).stream()
                            .filter(SimServer::alive)
                            .filter(server -> !server.frozen())
                            .forEach(server -> server.observed(report)));
        }
    }

    /** What each process's way to the store suffers. */
    private final class Weather implements FlakyStore.Weather {
        @Override
        public boolean storeIsDown() {
            return storeDown;
        }

        @Override
        public boolean answerIsLost() {
            return chance.happens(faults.storeDoubt());
        }

        @Override
        public void stumble() {
            if (chance.happens(faults.serverStep())) {
                queue.after(chance.around(Duration.ofSeconds(8)), "a server starts", Simulation.this::bear);
                throw new SimServer.Died();
            }
        }
    }
}
