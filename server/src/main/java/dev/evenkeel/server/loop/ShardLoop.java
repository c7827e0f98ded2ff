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
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shard: keeps its lease, and turns its engine whenever something is due. The engine is used by one thread at a time,
 * under the lock; whoever tells it something also wakes the loop, because a step may have made new things due.
 */
final class ShardLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardLoop.class);

    private final MigrationDomainId shard;
    private final RunStore store;
    private final String holder;
    private final LoopTimes times;
    private final TimeSource time;
    private final Function<Lease, Engine> engines;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread thread;
    private @Nullable Engine engine;
    private boolean rung;
    private boolean closing;
    private long turnedAt = System.nanoTime();

    ShardLoop(
            MigrationDomainId shard,
            RunStore store,
            String holder,
            LoopTimes times,
            TimeSource time,
            Function<Lease, Engine> engines) {
        this.shard = shard;
        this.store = store;
        this.holder = holder;
        this.times = times;
        this.time = time;
        this.engines = engines;
        this.thread = Thread.ofVirtual().name("shard-" + shard).start(this::run);
    }

    /** Uses the engine, then wakes the loop. */
    <T> T with(Function<Engine, T> use) {
        lock.lock();
        try {
            if (engine == null) {
                throw new NotInCharge(shard);
            }
            T result = use.apply(engine);
            rung = true;
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }

    Accepted order(Run run) {
        return with(e -> e.order(run));
    }

    Accepted accept(RunId id, RunEvent event) {
        return with(e -> e.accept(id, event));
    }

    Optional<Lease> lease() {
        lock.lock();
        try {
            return engine == null ? Optional.empty() : Optional.of(engine.lease());
        } finally {
            lock.unlock();
        }
    }

    /** How long ago the loop last came round; it comes round at least once a lease renewal. */
    Duration sinceTurn() {
        lock.lock();
        try {
            return Duration.ofNanos(System.nanoTime() - turnedAt);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (!closing()) {
            try {
                Optional<Lease> lease = store.acquire(shard, holder, times.leaseTtl());
                turned();
                if (lease.isEmpty()) {
                    pause(times.acquireEvery());
                } else {
                    LOG.info(
                            "in charge of migration domain {} with epoch {}",
                            shard,
                            lease.get().epoch());
                    lead(lease.get());
                }
            } catch (RuntimeException e) {
                LOG.warn("migration domain {} stands still: {}", shard, e.toString());
                pause(times.afterTrouble());
            }
        }
    }

    /** Leads until the lease is lost or the server stops. */
    private void lead(Lease lease) {
        use(engines.apply(lease));
        try {
            Instant renewAt = time.now().plus(times.renewEvery());
            while (!closing()) {
                if (!time.now().isBefore(renewAt)) {
                    if (!store.renew(lease, times.leaseTtl())) {
                        LOG.warn("the lease of migration domain {} was lost", shard);
                        return;
                    }
                    renewAt = time.now().plus(times.renewEvery());
                }
                if (turn(renewAt) == Accepted.FENCED) {
                    LOG.warn("another server took over migration domain {}", shard);
                    return;
                }
            }
            use(null);
            store.release(lease);
        } finally {
            use(null);
        }
    }

    /** Does what is due, then waits for the next due time, a ring, or the time to renew. */
    private Accepted turn(Instant renewAt) {
        lock.lock();
        try {
            Engine now = engine;
            if (now == null) {
                return Accepted.FENCED;
            }
            rung = false;
            Accepted accepted = now.runDue();
            turnedAt = System.nanoTime();
            if (accepted == Accepted.FENCED) {
                return accepted;
            }
            Instant until = now.nextDue().filter(due -> due.isBefore(renewAt)).orElse(renewAt);
            await(Duration.between(time.now(), until));
            return Accepted.COMMITTED;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration most) {
        lock.lock();
        try {
            rung = false;
            await(most);
        } finally {
            lock.unlock();
        }
    }

    /** Waits with the lock given up, so that others may use the engine. */
    private void await(Duration most) {
        long left = most.toNanos();
        try {
            while (!rung && !closing && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            closing = true;
            Thread.currentThread().interrupt();
        }
    }

    private void use(@Nullable Engine next) {
        lock.lock();
        try {
            engine = next;
        } finally {
            lock.unlock();
        }
    }

    private void turned() {
        lock.lock();
        try {
            turnedAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private boolean closing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the turn under way, gives the lease back, and stops. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (!thread.join(times.closing())) {
                LOG.warn(
                        "migration domain {} does not come to rest within {} s",
                        shard,
                        TimeUnit.SECONDS.convert(times.closing()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
