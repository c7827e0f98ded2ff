package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.Unavailable;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One server process's way to the store. It throws while the store is down, loses the answer to a commit that was or was
 * not written, and lets the process die before or after any call.
 */
final class FlakyStore implements RunStore {
    /** The store could not be reached, or its answer was lost. */
    static final class Away extends Unavailable {
        private static final long serialVersionUID = 1;

        Away() {
            super("the store is down", false);
        }
    }

    /** How the way to the store behaves now. */
    interface Weather {
        boolean storeIsDown();

        boolean answerIsLost();

        /** Throws {@link SimServer.Died} when the process dies here. */
        void stumble();
    }

    private final SimStore store;
    private final Weather weather;
    private final dev.evenkeel.core.engine.EffectSink sink;

    FlakyStore(SimStore store, Weather weather, dev.evenkeel.core.engine.EffectSink sink) {
        this.store = store;
        this.weather = weather;
        this.sink = sink;
    }

    private SimStore up() {
        weather.stumble();
        if (weather.storeIsDown()) {
            throw new Away();
        }
        return store;
    }

    @Override
    public Commit.Result commit(Commit commit) {
        SimStore there = up();
        there.deliverEarly(commit, sink);
        if (weather.answerIsLost()) {
            throw new Away();
        }
        Commit.Result result = there.commit(commit);
        weather.stumble();
        if (weather.answerIsLost()) {
            throw new Away();
        }
        return result;
    }

    @Override
    public Optional<StoredRun> load(RunId id) {
        return up().load(id);
    }

    @Override
    public List<StoredRun> runs(RunQuery query) {
        return up().runs(query);
    }

    @Override
    public List<RunId> due(MigrationDomainId shard, Instant now, int limit) {
        return up().due(shard, now, limit);
    }

    @Override
    public Optional<Instant> nextDue(MigrationDomainId shard) {
        return up().nextDue(shard);
    }

    @Override
    public List<PendingMessage> messages(MigrationDomainId shard, int limit) {
        return up().messages(shard, limit);
    }

    @Override
    public List<EffectRecord> outstanding(MigrationDomainId shard) {
        return up().outstanding(shard);
    }

    @Override
    public List<EffectRecord> outstandingFor(HostId agent) {
        return up().outstandingFor(agent);
    }

    @Override
    public List<EffectRecord> effects(RunId run) {
        return up().effects(run);
    }

    @Override
    public void acknowledge(EffectId id) {
        up().acknowledge(id);
    }

    @Override
    public List<HeldScope> holds() {
        return up().holds();
    }

    @Override
    public List<StoryEntry> story(RunId run) {
        return up().story(run);
    }

    @Override
    public List<NumberedNotice> notices(long after, int limit) {
        return up().notices(after, limit);
    }

    @Override
    public List<LedgerEntry> ledger(LedgerQuery query) {
        return up().ledger(query);
    }

    @Override
    public Optional<Lease> acquire(MigrationDomainId shard, String holder, Duration ttl) {
        return up().acquire(shard, holder, ttl);
    }

    @Override
    public boolean renew(Lease lease, Duration ttl) {
        return up().renew(lease, ttl);
    }

    @Override
    public void release(Lease lease) {
        up().release(lease);
    }
}
