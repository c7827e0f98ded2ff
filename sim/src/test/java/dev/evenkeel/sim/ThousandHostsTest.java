package dev.evenkeel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.HostProgress.Status;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.core.rollout.RolloutState;
import dev.evenkeel.core.update.Update;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A thousand hosts take a hot patch, a few canaries first; on one of them a task holds it up. */
class ThousandHostsTest {
    private static final int HOSTS = 1000;
    private static final int RACK = 40;
    private static final int CANARIES = 5;
    private static final HostId BAD = host(617);
    private static final String TASK = "kworker/u8:3 (1289) in nfs_wait_bit_killable";
    private static final RunId ID = new RunId("fleet");
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Update PATCH = Catalogue.get(Catalogue.PATCH);

    private final Trace trace = new Trace();
    private final Simulation sim = new Simulation(1, PlantedBug.NONE, trace, new Chance(1), Faults.none(), fleet());

    private static HostId host(int number) {
        return new HostId("h" + (HOSTS + number));
    }

    /** Two VMs on each host, one of which nobody may move. */
    private static SimFleet fleet() {
        SimFleet fleet = new SimFleet();
        for (int i = 0; i < HOSTS; i++) {
            fleet.add(new SimHost(
                    host(i), new Topology("r1", "z1", "rack" + i / RACK, SimFleet.SHARD), Bytes.ofMiB(8192)));
            fleet.add(vm("a" + i, host(i), List.of()));
            fleet.add(vm("b" + i, host(i), List.of(Refusal.of("HOST_DEVICE", "b" + i + " has a device"))));
        }
        fleet.host(BAD).holdsUp = TASK;
        return fleet;
    }

    private static SimVm vm(String name, HostId home, List<Refusal> obstacles) {
        return new SimVm(
                new VmId(name),
                new TenantId("acme"),
                Bytes.ofMiB(2048),
                null,
                Intent.DEFAULT,
                obstacles,
                Bytes.ofMiB(20),
                home);
    }

    @Test
    void allButTheOneThatATaskHoldsUpAreFixedAndNoVmFeelsIt() {
        long real = System.nanoTime();
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        sim.begins();
        sim.until(Duration.ofSeconds(10));
        Instant began = sim.queue.now();
        ordered(rollout());
        Rollout end = ended();

        System.out.printf(
                "%d hosts took a hot patch: %s of virtual time, %.1f s of real time, %.1f s of CPU, %d events%n",
                HOSTS,
                Duration.between(began, sim.queue.now()),
                (System.nanoTime() - real) / 1e9,
                (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9,
                trace.events());
        assertThat(((RolloutState.Ended) end.state()).outcome()).isEqualTo(RunOutcome.PARTIAL);
        assertThat(with(end, Status.DONE)).hasSize(HOSTS - 1);
        assertThat(with(end, Status.SKIPPED)).extracting(HostProgress::host).containsExactly(BAD);
        Refusal why =
                Objects.requireNonNull(with(end, Status.SKIPPED).getFirst().why());
        assertThat(why.code()).isEqualTo("TRANSITION_STUCK");
        assertThat(why.evidence()).containsEntry("tasks", TASK);
        assertThat(sim.fleet.hosts().stream()
                        .filter(host -> !PATCH.isOn(host.facts()))
                        .map(host -> host.id))
                .as("what runs, not what is said")
                .containsExactly(BAD);
        assertThat(end.waves()).isEqualTo(2);
        canariesWereThroughBeforeTheOthersBegan(end);
        noVmFeltIt();
        sim.invariants.allUsable();
        assertThat(sim.store.holds()).isEmpty();
        assertThat(sim.store.outstanding(SimFleet.SHARD)).isEmpty();
    }

    private static Rollout rollout() {
        List<HostId> canaries = new ArrayList<>();
        List<HostId> others = new ArrayList<>();
        for (int i = 0; i < HOSTS; i++) {
            (i % (HOSTS / CANARIES) == 0 ? canaries : others).add(host(i));
        }
        return Rollout.ordered(
                ID,
                SimFleet.SHARD,
                Catalogue.PATCH,
                new RolloutPolicy(HOSTS, RACK, 0, Duration.ofMinutes(5), RunPolicy.DEFAULT),
                List.of(canaries, others),
                EventQueue.START,
                "ann",
                "a hole in the kernel");
    }

    private void ordered(Rollout rollout) {
        assertThat(Objects.requireNonNull(sim.leader()).order(rollout)).isTrue();
    }

    /** How the rollout ended; every invariant is checked after every event on the way. */
    private Rollout ended() {
        Instant limit = sim.queue.now().plus(LONGEST);
        while (!now().ended() && sim.queue.now().isBefore(limit)) {
            sim.until(Duration.ofSeconds(1));
        }
        assertThat(now().ended()).as(() -> "it ends: " + now().state()).isTrue();
        return now();
    }

    private Rollout now() {
        return (Rollout) sim.store.load(ID).orElseThrow().run();
    }

    private static List<HostProgress> with(Rollout rollout, Status status) {
        return rollout.hosts().stream().filter(h -> h.status() == status).toList();
    }

    private void canariesWereThroughBeforeTheOthersBegan(Rollout end) {
        Instant through = end.hosts().stream()
                .filter(h -> h.ring() == 0)
                .map(HostProgress::at)
                .max(Instant::compareTo)
                .orElseThrow();
        assertThat(end.hosts().stream().filter(h -> h.ring() == 0)).hasSize(CANARIES);
        assertThat(end.hosts().stream().filter(h -> h.ring() == 1))
                .allSatisfy(h -> assertThat(sim.store.effects(Objects.requireNonNull(h.run())))
                        .isNotEmpty()
                        .allSatisfy(effect -> assertThat(effect.orderedAt()).isAfter(through)));
    }

    private void noVmFeltIt() {
        assertThat(trace.tally())
                .as("nothing else is ordered")
                .containsEntry("order ApplyUpdate", HOSTS)
                .containsEntry("order VerifyUpdate", HOSTS - 1)
                .satisfies(all -> assertThat(all.keySet().stream().filter(key -> key.startsWith("order ")))
                        .hasSize(2));
        assertThat(sim.fleet.vms()).allMatch(vm -> vm.runsOn(vm.home));
        List<LedgerEntry> ledger = sim.store.ledger(new LedgerQuery(null, null, null, 10 * HOSTS));
        assertThat(ledger).hasSize(2 * (HOSTS - 1));
        assertThat(ledger).allSatisfy(row -> {
            assertThat(row.stop()).isZero();
            assertThat(row.forecastStop()).isZero();
            assertThat(row.from()).isEqualTo(row.to());
        });
    }
}
