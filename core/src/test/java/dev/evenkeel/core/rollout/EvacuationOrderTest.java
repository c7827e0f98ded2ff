package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Engine;
import dev.evenkeel.core.engine.InMemoryRunStore;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.hostrun.Given;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole rollouts, counted in moves. Nothing can do with fewer than the VMs that must leave their hosts, and, where no
 * host is empty, the VMs of the first host once more, because they had to go to a host that was still to be emptied.
 */
class EvacuationOrderTest {
    private final Given given = new Given();
    private final ArrayDeque<EffectOrder> orders = new ArrayDeque<>();
    private final TreeMap<String, Integer> moves = new TreeMap<>();

    /** Runs a rollout over all hosts to its end, each order carried out at once. */
    private RunOutcome rollOut(int hosts, RolloutPolicy policy) {
        InMemoryRunStore store = new InMemoryRunStore(given::now);
        Lease lease = store.acquire(Given.SHARD, "server", Duration.ofDays(1)).orElseThrow();
        Engine engine = new Engine(
                store,
                new Deciders(),
                orders::add,
                now -> {
                    given.inMaintenanceAre(store.holds().stream()
                            .map(held -> held.scope())
                            .filter(scope -> scope.startsWith("host:"))
                            .map(scope -> scope.substring(5))
                            .toList());
                    return given.world();
                },
                given::now,
                lease);
        List<HostId> all = IntStream.rangeClosed(1, hosts)
                .mapToObj(i -> new HostId("h" + i))
                .toList();
        RunId id = new RunId("ro1");
        engine.order(
                Rollout.ordered(id, Given.SHARD, Given.UPDATE, policy, List.of(all), given.now(), "ann", "patch day"));
        for (int i = 0; i < 5000; i++) {
            given.everyHostIsSeen();
            engine.runDue();
            while (!orders.isEmpty()) {
                EffectOrder order = orders.remove();
                given.passes(Duration.ofSeconds(1));
                engine.accept(order.run(), new RunEvent.EffectEnded(order.id(), carriedOut(order)));
            }
            Rollout rollout = (Rollout) store.load(id).orElseThrow().run();
            if (rollout.state() instanceof RolloutState.Ended ended) {
                return ended.outcome();
            }
            if (rollout.needsPerson()) {
                throw new AssertionError(rollout.state());
            }
        }
        throw new AssertionError("the rollout does not end");
    }

    private Outcome carriedOut(EffectOrder order) {
        TreeMap<String, String> versions = new TreeMap<>(Map.of("qemu", "11.1"));
        return switch (order.effect()) {
            case Effect.RedeployVm redeploy -> throw new AssertionError(redeploy);
            case Effect.MoveVm move -> {
                moves.merge(move.vm().value(), 1, Integer::sum);
                given.vm(move.vm().value()).isOn(move.to().value());
                yield new Outcome.Moved(
                        move.to(), Duration.ofMillis(40), Duration.ofSeconds(4), Bytes.ZERO, false, null);
            }
            case Effect.ApplyUpdate apply -> {
                assertThat(given.fleet().aliveOn(order.agent())).isEmpty();
                given.host(order.agent().value()).qemu("11.1");
                yield new Outcome.Changed(versions, versions);
            }
            case Effect.VerifyUpdate verify -> new Outcome.Changed(versions, versions);
            case Effect.UndoUpdate undo -> throw new AssertionError(undo);
            case Effect.SwitchKernel change -> throw new AssertionError(change);
            case Effect.HandOver over -> throw new AssertionError(over);
            case Effect.StopVm stop -> throw new AssertionError(stop);
            case Effect.StartVm start -> throw new AssertionError(start);
            case Effect.AbortMove abort -> throw new AssertionError(abort);
            case Effect.AskAgain ask -> throw new AssertionError(ask);
        };
    }

    static Stream<Arguments> fleets() {
        return IntStream.rangeClosed(3, 8)
                .boxed()
                .flatMap(hosts -> IntStream.rangeClosed(1, 10).mapToObj(seed -> Arguments.of(hosts, seed)));
    }

    @ParameterizedTest(name = "{0} hosts, seed {1}")
    @MethodSource("fleets")
    void noVmMovesMoreOftenThanItMust(int hosts, int seed) {
        TreeMap<String, String> homes = new TreeMap<>();
        int fewest = aFleet(hosts, seed, 0.75, homes);

        assertThat(rollOut(hosts, RolloutPolicy.DEFAULT)).isEqualTo(RunOutcome.DONE);

        assertThat(made()).isEqualTo(homes.size() + fewest);
        assertThat(moves.values()).allMatch(times -> times <= 2);
        List<String> movedTwice = moves.entrySet().stream()
                .filter(entry -> entry.getValue() == 2)
                .map(entry -> homes.getOrDefault(entry.getKey(), "?"))
                .distinct()
                .toList();
        assertThat(movedTwice).as("only VMs of the first host move twice").hasSize(1);
    }

    @ParameterizedTest(name = "{0} hosts, seed {1}")
    @MethodSource("fleets")
    void aTightFleetCostsAFewMovesMoreAndStillGetsThrough(int hosts, int seed) {
        TreeMap<String, String> homes = new TreeMap<>();
        int fewest = aFleet(hosts, seed, 0.85, homes);

        assertThat(rollOut(hosts, RolloutPolicy.DEFAULT)).isEqualTo(RunOutcome.DONE);

        assertThat(made()).isBetween(homes.size() + fewest, homes.size() + fewest + 2);
        assertThat(moves.values()).allMatch(times -> times <= 3);
    }

    private int made() {
        return moves.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** A fleet that is so full with one host out of use; returns the size of its smallest host. */
    private int aFleet(int hosts, int seed, double full, TreeMap<String, String> homes) {
        SplittableRandom random = new SplittableRandom(hosts * 1000L + seed);
        TreeMap<String, Integer> sizes = new TreeMap<>();
        long total = 0;
        for (int i = 1; i <= hosts; i++) {
            String host = "h" + i;
            int vms = random.nextInt(1, 7);
            sizes.put(host, vms);
            for (int v = 1; v <= vms; v++) {
                String vm = "vm-" + i + "-" + v;
                long memory = 256L * random.nextInt(2, 8);
                total += memory;
                given.host(host).runs(vm);
                given.vm(vm).memory(memory);
                homes.put(vm, host);
            }
        }
        long each = Math.max(2 * 2048, (long) (total / full / (hosts - 1)));
        sizes.keySet().forEach(host -> given.host(host).memory(each));
        return sizes.values().stream().min(Integer::compare).orElseThrow();
    }

    @Test
    void withAnEmptyHostToBeginWithEveryVmMovesOnce() {
        given.host("h1").runs("vm-a", "vm-b", "vm-c");
        given.host("h2").runs("vm-d", "vm-e");
        given.host("h3");

        assertThat(rollOut(3, RolloutPolicy.DEFAULT)).isEqualTo(RunOutcome.DONE);

        assertThat(moves.values()).hasSize(5).allMatch(times -> times == 1);
    }

    @Test
    void widerWavesMoveNoVmMoreThanTwice() {
        for (int i = 1; i <= 6; i++) {
            given.host("h" + i).inRack("rack" + i).runs("vm-" + i + "-1", "vm-" + i + "-2");
        }

        assertThat(rollOut(6, OneRollout.policy(3, 1, 0))).isEqualTo(RunOutcome.DONE);

        assertThat(moves.values()).hasSize(12).allMatch(times -> times <= 2);
    }
}
