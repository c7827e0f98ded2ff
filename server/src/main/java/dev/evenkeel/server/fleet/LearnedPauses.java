package dev.evenkeel.server.fleet;

import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.MigrationModel;
import dev.evenkeel.core.impact.MigrationPauseModel;
import dev.evenkeel.core.impact.MigrationPauseModel.Pair;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.impact.VmForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pause model of the whole fleet: each move brings home what its source host has learned of that pair of hosts. Pairs
 * that have not exchanged a VM use the constants of the pair that has exchanged most. Kept in memory; a start learns again
 * from the latest runs.
 */
public final class LearnedPauses implements PauseModel {
    private static final int RUNS_TO_LEARN_FROM = 200;

    /** Restarts, and hand-overs and changes of the kernel of one host, on which the forecast of the next one rests. */
    private static final int LATEST = 20;

    private static final Duration LONGEST = Duration.ofDays(1);

    private final Map<Pair, MigrationModel> pairs = new HashMap<>();
    private final Map<HostId, Instant> asked = new HashMap<>();
    private final Deque<Duration> restarts = new ArrayDeque<>();
    private final Map<HostId, Deque<Outcome.Moved>> handOvers = new HashMap<>();
    private final Map<HostId, Deque<Outcome.Stood>> switches = new HashMap<>();
    private volatile MigrationPauseModel model = new MigrationPauseModel(MigrationModel.DEFAULT, Map.of());

    /** Learns from what the store has of the latest runs. */
    public static LearnedPauses from(RunStore store) {
        LearnedPauses learned = new LearnedPauses();
        List<StoredRun> latest = store.runs(new RunQuery("HostRun", false, null, RUNS_TO_LEARN_FROM));
        for (StoredRun run : latest.reversed()) {
            for (EffectRecord effect : store.effects(run.run().id())) {
                if (effect.outcome() != null) {
                    learned.learn(effect.agent(), effect.outcome());
                }
            }
        }
        return learned;
    }

    /** Takes what a move or a restart on a host has brought home; other outcomes teach nothing. */
    public synchronized void learn(HostId from, Outcome outcome) {
        if (outcome instanceof Outcome.Stopped stopped) {
            asked.put(from, stopped.askedAt());
        }
        if (outcome instanceof Outcome.Started started && !started.already() && asked.containsKey(from)) {
            learnRestart(Duration.between(asked.get(from), started.at()));
        }
        if (outcome instanceof Outcome.Moved moved && moved.to().equals(from)) {
            keep(handOvers.computeIfAbsent(from, host -> new ArrayDeque<>()), moved);
        }
        if (outcome instanceof Outcome.Switched switched && switched.why() == null) {
            switched.stood().stream()
                    .filter(stood -> stood.died() == null)
                    .forEach(stood -> keep(switches.computeIfAbsent(from, host -> new ArrayDeque<>()), stood));
        }
        if (outcome instanceof Outcome.Moved moved && moved.foreseen() != null) {
            pairs.put(
                    new Pair(from, moved.to()),
                    MigrationModel.of(moved.foreseen().model()));
            MigrationModel usual = pairs.values().stream()
                    .max(Comparator.comparing(MigrationModel::moves))
                    .orElseThrow();
            model = new MigrationPauseModel(usual, pairs);
        }
    }

    private void learnRestart(Duration took) {
        if (!took.isNegative() && took.compareTo(LONGEST) < 0) {
            keep(restarts, took);
        }
    }

    private static <T> void keep(Deque<T> latest, T next) {
        latest.addLast(next);
        if (latest.size() > LATEST) {
            latest.removeFirst();
        }
    }

    /** The median of the latest. */
    @Override
    public synchronized Duration restart() {
        return median(restarts, RESTART);
    }

    /** The medians of the latest on the host, whose hardware tells most; of all hosts where it has seen none. */
    @Override
    public synchronized VmForecast handOver(Vm vm, Host host) {
        Collection<Outcome.Moved> seen = seenBy(handOvers, host);
        Duration stop = median(seen.stream().map(Outcome.Moved::stop).toList(), HAND_OVER);
        Duration total = median(seen.stream().map(Outcome.Moved::total).toList(), HAND_OVER_TOTAL);
        return new VmForecast(vm.id(), host.id(), new Impact.Pause(stop), total);
    }

    /** The same for changes of the kernel. */
    @Override
    public synchronized VmForecast switchKernel(Vm vm, Host host) {
        Collection<Outcome.Stood> seen = seenBy(switches, host);
        Duration stop = median(seen.stream().map(Outcome.Stood::stop).toList(), SWITCH_KERNEL);
        Duration total = median(seen.stream().map(Outcome.Stood::total).toList(), SWITCH_KERNEL_TOTAL);
        return new VmForecast(vm.id(), host.id(), new Impact.Pause(stop), total);
    }

    private static <T> Collection<T> seenBy(Map<HostId, Deque<T>> all, Host host) {
        Deque<T> own = all.get(host.id());
        return own == null ? all.values().stream().flatMap(Collection::stream).toList() : own;
    }

    private static Duration median(Collection<Duration> seen, Duration unseen) {
        return seen.isEmpty() ? unseen : seen.stream().sorted().toList().get(seen.size() / 2);
    }

    @Override
    public VmForecast move(Vm vm, Host from, Host to) {
        return model.move(vm, from, to);
    }
}
