package dev.evenkeel.server.loop;

import dev.evenkeel.core.engine.Engine;
import dev.evenkeel.core.engine.Engine.Accepted;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.MigrationDomainId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The loops of all shards: one begins when the first host of a migration domain is known. Safe for many threads. */
public final class Shards implements AutoCloseable {
    private final RunStore store;
    private final String holder;
    private final LoopTimes times;
    private final TimeSource time;
    private final Function<Lease, Engine> engines;
    private final Map<MigrationDomainId, ShardLoop> loops = new HashMap<>();
    private boolean closed;

    /**
     * @param holder names this process in leases; another for each start, so that a restart fences its forerunner
     * @param engines makes the engine that works under a lease
     */
    public Shards(RunStore store, String holder, LoopTimes times, TimeSource time, Function<Lease, Engine> engines) {
        this.store = store;
        this.holder = holder;
        this.times = times;
        this.time = time;
        this.engines = engines;
    }

    /** Begins to lead a shard, unless it is led already. */
    public synchronized void lead(MigrationDomainId shard) {
        if (!closed) {
            loops.computeIfAbsent(shard, s -> new ShardLoop(s, store, holder, times, time, engines));
        }
    }

    /**
     * Creates a run.
     *
     * @throws NotInCharge when another server leads its shard, or nobody does yet
     */
    public void order(Run run) {
        if (loop(run.shard()).order(run) == Accepted.FENCED) {
            throw new NotInCharge(run.shard());
        }
    }

    /**
     * Tells a run something.
     *
     * @return false when there is no such run
     * @throws NotInCharge when another server leads its shard
     */
    public boolean tell(MigrationDomainId shard, RunId run, RunEvent event) {
        return switch (loop(shard).accept(run, event)) {
            case COMMITTED -> true;
            case UNKNOWN_RUN -> false;
            case FENCED -> throw new NotInCharge(shard);
        };
    }

    /** The lease under which this server leads a shard. */
    public Optional<Lease> lease(MigrationDomainId shard) {
        ShardLoop loop;
        synchronized (this) {
            loop = loops.get(shard);
        }
        return loop == null ? Optional.empty() : loop.lease();
    }

    /** The longest that any loop has not come round. */
    public Duration stillness() {
        List<ShardLoop> all;
        synchronized (this) {
            all = List.copyOf(loops.values());
        }
        return all.stream().map(ShardLoop::sinceTurn).max(Duration::compareTo).orElse(Duration.ZERO);
    }

    /** Shards that this server should lead and does not. */
    public List<MigrationDomainId> notLed() {
        Map<MigrationDomainId, ShardLoop> all;
        synchronized (this) {
            all = Map.copyOf(loops);
        }
        return all.entrySet().stream()
                .filter(e -> e.getValue().lease().isEmpty())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private synchronized ShardLoop loop(MigrationDomainId shard) {
        ShardLoop loop = loops.get(shard);
        if (loop == null) {
            throw new NotInCharge(shard);
        }
        return loop;
    }

    /** Ends every loop and gives every lease back. */
    @Override
    public void close() {
        List<ShardLoop> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(loops.values());
        }
        all.forEach(ShardLoop::close);
    }
}
