package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.Restart;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.core.rollout.RolloutState;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Operators who order, cancel, pause and resume at any moment, owners at their VMs, and the one who is called at night. */
final class People {
    private static final String WHO = "ann";

    private final Simulation sim;
    private final Chance chance;
    private int ordered;
    private boolean over;

    People(Simulation sim, Chance chance) {
        this.sim = sim;
        this.chance = chance;
    }

    void begin(Faults faults) {
        sim.queue.after(chance.around(Duration.ofSeconds(5)), "the first rollout", this::orderRollout);
        again(faults.orders(), this::order);
        again(faults.hands(), this::byHand);
    }

    void end() {
        over = true;
    }

    private void again(Duration mean, Runnable act) {
        if (!mean.isZero()) {
            sim.queue.after(chance.around(mean), "somebody acts", () -> {
                if (!over) {
                    act.run();
                    again(mean, act);
                }
            });
        }
    }

    private void order() {
        int dice = chance.between(1, 110);
        if (dice > 100) {
            sim.exemptions.changes(someVm());
        } else if (dice <= 20) {
            orderRollout();
        } else if (dice <= 30) {
            order(hostRun("ev", someHost(), new Purpose.Evacuate()));
        } else if (dice <= 45) {
            SimVm vm = someVm();
            HostId to = chance.happens(0.5) ? someHost() : null;
            order(hostRun("mv", vm.home, chance.happens(0.3) ? redeployment(vm, to) : new Purpose.MoveOne(vm.id, to)));
        } else if (dice <= 50) {
            if (chance.happens(0.5)) {
                approve();
            } else {
                choose();
            }
        } else if (dice <= 60) {
            tellOne(new RunEvent.CancelOrdered(WHO, "changed my mind"));
        } else if (dice <= 70) {
            tellOne(new RunEvent.PauseOrdered(WHO, "lunch"));
        } else if (dice <= 80) {
            tellOne(new RunEvent.ResumeOrdered(WHO, "go on"));
        } else if (dice <= 90) {
            answer();
        } else if (!sim.cordoned.isEmpty()) {
            sim.cordoned.remove(sim.cordoned.getFirst());
        } else {
            sim.cordoned.add(someHost());
        }
    }

    /** Ordered by its owner, or by an operator who needs their consent. */
    private Purpose redeployment(SimVm vm, @Nullable HostId to) {
        UpdateId update = chance.happens(0.5) ? Catalogue.FIRST : null;
        return new Purpose.Redeploy(vm.id, to, update, chance.happens(0.5) ? "its owner redeploys it" : null);
    }

    private HostId someHost() {
        return chance.pick(new ArrayList<>(sim.agents.keySet()));
    }

    private SimVm someVm() {
        List<SimVm> all = new ArrayList<>();
        sim.fleet.vms().forEach(all::add);
        return chance.pick(all);
    }

    private void orderRollout() {
        List<HostId> hosts = new ArrayList<>(sim.agents.keySet());
        List<HostId> first = new ArrayList<>();
        List<HostId> second = new ArrayList<>();
        for (HostId host : hosts) {
            int dice = chance.between(1, 10);
            if (dice <= 6) {
                first.add(host);
            } else if (dice <= 9) {
                second.add(host);
            }
        }
        if (first.isEmpty()) {
            first.add(hosts.getFirst());
            second.remove(hosts.getFirst());
        }
        int which = chance.between(1, 100);
        UpdateId update = which <= 40
                ? Catalogue.FIRST
                : which <= 70 ? Catalogue.KERNEL : which <= 82 ? Catalogue.SECOND : Catalogue.PATCH;
        boolean back = update.equals(Catalogue.PATCH) && which > 93;
        RolloutPolicy policy = new RolloutPolicy(
                chance.between(1, 3), chance.between(1, 2), chance.between(0, 2), Duration.ofSeconds(60), runPolicy());
        Rollout rollout = Rollout.ordered(
                id("ro"), SimFleet.SHARD, update, policy, List.of(first, second), sim.queue.now(), WHO, "patch day");
        order(back ? rollout.takingBack() : rollout);
    }

    private RunPolicy runPolicy() {
        return new RunPolicy(
                chance.between(1, 3),
                chance.between(1, 3),
                Duration.ofMinutes(2),
                Duration.ofMinutes(5),
                Duration.ofSeconds(90),
                Duration.ofSeconds(100),
                Duration.ofSeconds(chance.between(10, 60)),
                Duration.ofSeconds(chance.between(1, 30)),
                Duration.ofSeconds(chance.between(30, 200)));
    }

    HostRun hostRun(String kind, HostId host, Purpose purpose) {
        List<Hold> budgets = chance.happens(0.5)
                ? List.of(new Hold("rack:" + sim.fleet.host(host).topology.rack(), 1))
                : List.of();
        return HostRun.ordered(
                id(kind), SimFleet.SHARD, host, purpose, runPolicy(), null, budgets, sim.queue.now(), WHO, "by hand");
    }

    private RunId id(String kind) {
        ordered++;
        return new RunId(kind + ordered);
    }

    void order(Run run) {
        SimServer leader = sim.leader();
        if (leader != null) {
            sim.trace().note("ordered " + run.id());
            leader.order(run);
        }
    }

    private List<StoredRun> active() {
        return sim.store.runs(new RunQuery(null, true, null, 1000));
    }

    private void tellOne(RunEvent event) {
        List<StoredRun> active = active();
        if (!active.isEmpty()) {
            tell(chance.pick(active).run().id(), event);
        }
    }

    /** An owner chooses when its VM is restarted. */
    private void choose() {
        List<HostRun> asking = active().stream()
                .flatMap(stored -> stored.run() instanceof HostRun run ? Stream.of(run) : Stream.empty())
                .filter(run -> !run.offers().isEmpty())
                .toList();
        if (!asking.isEmpty()) {
            HostRun run = chance.pick(asking);
            Instant at = sim.queue.now().plus(chance.around(Duration.ofSeconds(20)));
            tell(run.id(), new RunEvent.OwnerChose(chance.pick(run.offers()).vm(), at, "its owner"));
        }
    }

    /** A guest, or its owner, lets what it was told begin at once. */
    private void approve() {
        List<HostRun> telling = active().stream()
                .flatMap(stored -> stored.run() instanceof HostRun run ? Stream.of(run) : Stream.empty())
                .filter(run -> !run.announcements().isEmpty())
                .toList();
        if (!telling.isEmpty()) {
            HostRun run = chance.pick(telling);
            tell(
                    run.id(),
                    new RunEvent.NoticeApproved(chance.pick(run.announcements()).event(), "its owner"));
        }
    }

    private void tell(RunId run, RunEvent event) {
        SimServer leader = sim.leader();
        if (leader != null) {
            sim.trace().note(WHO + " tells " + run + ": " + event);
            leader.tell(run, event);
        }
    }

    /** Whoever is on call looks at each run that asks for a person, and answers. */
    void answer() {
        for (StoredRun stored : active()) {
            switch (stored.run()) {
                case HostRun run -> {
                    if (run.needsPerson() && !busy(run)) {
                        resolve(run);
                    }
                }
                case Rollout rollout -> {
                    if (rollout.state() instanceof RolloutState.Halted
                            || rollout.state() instanceof RolloutState.Paused) {
                        tell(
                                rollout.id(),
                                chance.happens(0.7)
                                        ? new RunEvent.ResumeOrdered(WHO, "looked, go on")
                                        : new RunEvent.CancelOrdered(WHO, "looked, enough"));
                    }
                }
                default -> throw new IllegalStateException("a run of no kind: " + stored.run());
            }
        }
    }

    /** Whether any of a run is still on its way or going on; nobody closes a run while it is. */
    boolean busy(HostRun run) {
        return sim.link.carries(run.id())
                || sim.fleet.host(run.host()).changing != null
                || sim.switches.underWay(run.host())
                || sim.agents.values().stream().anyMatch(agent -> agent.works(run.id()))
                || sim.guests.goDownFor(run.id())
                || sim.migrations.underWayOf(run.id());
    }

    private void resolve(HostRun run) {
        RunOutcome as = RunOutcome.FAILED;
        // What the run can't see or can't start is the person's to look after; the rest it starts itself.
        boolean triedAll =
                run.state() instanceof HostRunState.NeedsPerson asks && asks.resume() instanceof HostRunState.Starting;
        run.restarts().stream()
                .filter(r -> triedAll || r.status() == Restart.Status.UNSURE || r.status() == Restart.Status.STOPPING)
                .forEach(r -> sim.guests.repairedByHand(sim.fleet.vm(r.vm())));
        if (run.purpose() instanceof Purpose.Redeploy redeploy) {
            sim.guests.repairedByHand(sim.fleet.vm(redeploy.vm()));
        }
        if (run.purpose() instanceof Purpose.UpdateHost update) {
            sim.switches.repairedByHand(run.host());
            sim.changes.repairedByHand(run.host(), update.update());
            boolean on = Catalogue.get(update.update())
                    .isOn(sim.fleet.host(run.host()).facts());
            as = on != update.back() ? RunOutcome.DONE : RunOutcome.FAILED;
        }
        boolean triedHome = run.state() instanceof HostRunState.NeedsPerson asks
                && asks.resume() instanceof HostRunState.HandingOver over
                && over.undoing() != null
                && !over.aside();
        if (triedHome) {
            sim.fleet.occupying(run.host()).forEach(vm -> vm.comesHome(sim.fleet)); // evenkeel agent handover
        }
        tell(run.id(), new RunEvent.ResolveOrdered(WHO, as, "looked at it"));
    }

    private void byHand() {
        SimVm vm = someVm();
        if (chance.happens(0.2)) {
            vm.ownerChangesMind();
            sim.trace().note("the owner of " + vm.id + " says restart: " + vm.intent.restart());
            return;
        }
        SimHost home = sim.fleet.host(vm.home);
        @Nullable HostId elsewhere = someHost();
        if (!home.up || home.booting || vm.still != null) {
            return;
        }
        if (vm.running.isEmpty()) {
            if (!home.closed() && sim.fleet.free(home.id).compareTo(vm.memory) >= 0) {
                sim.trace().note(vm.id + " is started by hand");
                vm.starts(sim.fleet);
            }
        } else if (chance.happens(0.4)) {
            sim.trace().note(vm.id + " is destroyed by hand");
            sim.migrations.vmDied(vm, SimVm.Death.BY_HAND);
        } else if (!elsewhere.equals(vm.home)) {
            sim.trace().note(vm.id + " is migrated by hand to " + elsewhere);
            sim.migrations.byHand(vm.id, elsewhere);
        }
    }
}
