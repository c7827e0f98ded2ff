package dev.evenkeel.sim;

import dev.evenkeel.core.fleet.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Lets the faults of one seed happen, again and again, until it is ended. */
final class Misfortune {
    private final Simulation sim;
    private final Chance chance;
    private final Faults faults;
    private boolean over;

    Misfortune(Simulation sim, Chance chance, Faults faults) {
        this.sim = sim;
        this.chance = chance;
        this.faults = faults;
    }

    void begin() {
        again(faults.partition(), this::partition);
        again(faults.freeze(), this::freeze);
        again(faults.storeOutage(), this::storeOutage);
        again(faults.agentCrash(), this::agentCrash);
        again(faults.hostDeath(), this::hostDeath);
        again(faults.vmmDeath(), this::vmmDeath);
        again(faults.hostLink(), this::hostLink);
    }

    void end() {
        over = true;
    }

    private void again(Duration mean, Runnable fault) {
        if (!mean.isZero()) {
            sim.queue.after(chance.around(mean), "misfortune", () -> {
                if (!over) {
                    fault.run();
                    again(mean, fault);
                }
            });
        }
    }

    private HostId someHost() {
        return chance.pick(new ArrayList<>(sim.agents.keySet()));
    }

    /** These are few and short, and the worst that could happen. */
    private HostId someHostRatherWithVmsStandingStill() {
        HostId host = someHost();
        return sim.fleet.hosts().stream()
                .filter(other -> other.switching != null && chance.happens(0.5))
                .map(other -> other.id)
                .findFirst()
                .orElse(host);
    }

    private void later(Duration least, Duration most, String what, Runnable act) {
        sim.queue.after(chance.between(least, most), what, act);
    }

    private void partition() {
        HostId host = someHost();
        sim.trace().note("the way to " + host + " is cut");
        sim.link.cut(host);
        later(
                Duration.ofSeconds(5),
                Duration.ofSeconds(120),
                "the way to " + host + " is back",
                () -> sim.link.mend(host));
    }

    private void freeze() {
        List<SimServer> all = sim.servers().stream().filter(SimServer::leads).toList();
        if (!all.isEmpty()) {
            SimServer server = chance.pick(all);
            Duration length = chance.between(Duration.ofSeconds(2), Duration.ofSeconds(60));
            sim.trace().note(server.name() + " stands still for " + length);
            server.freeze(length);
        }
    }

    private void storeOutage() {
        sim.storeIsDown(true);
        later(Duration.ofSeconds(1), Duration.ofSeconds(60), "the store is back", () -> sim.storeIsDown(false));
    }

    private void agentCrash() {
        HostId host = someHostRatherWithVmsStandingStill();
        SimAgent agent = sim.agent(host);
        sim.trace().note("the agent of " + host + " dies");
        agent.crash();
        later(Duration.ofSeconds(1), Duration.ofSeconds(60), "agent " + host + " restarts", agent::start);
    }

    private void hostDeath() {
        hostDies(someHostRatherWithVmsStandingStill());
    }

    /** A host loses its power, and comes back. */
    void hostDies(HostId id) {
        SimHost host = sim.fleet.host(id);
        if (host.up) {
            sim.trace().note(host.id + " dies");
            sim.agent(host.id).crash();
            host.up = false;
            sim.migrations.hostDied(host.id);
            sim.switches.hostDied(host.id);
            later(Duration.ofSeconds(20), Duration.ofSeconds(240), host.id + " is back", () -> {
                host.comesUp();
                sim.agent(host.id).start();
            });
        }
    }

    private void vmmDeath() {
        List<SimVm> living = living();
        if (!living.isEmpty()) {
            SimVm vm = chance.pick(living);
            sim.trace().note("the VMM of " + vm.id + " dies");
            sim.migrations.vmDied(vm, SimVm.Death.VMM_DIED);
        }
    }

    private List<SimVm> living() {
        List<SimVm> living = new ArrayList<>();
        sim.fleet.vms().forEach(vm -> {
            if (!vm.running.isEmpty() && vm.still == null) {
                living.add(vm);
            }
        });
        return living;
    }

    private void hostLink() {
        HostId one = someHost();
        HostId other = someHost();
        if (!one.equals(other)) {
            sim.trace().note(one + " and " + other + " lose each other");
            sim.fleet.cut(one, other);
            sim.migrations.cut(one, other);
            later(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(90),
                    one + " and " + other + " see each other again",
                    () -> sim.fleet.mend(one, other));
        }
    }
}
