package dev.evenkeel.store;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Message;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.store.Pool.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * The run store in PostgreSQL. Safe for many threads and many servers. Every method throws {@link StoreUnavailable} when
 * the database cannot be used.
 */
public final class PgRunStore implements RunStore {
    private final Pool pool;
    private final Leases leases;

    PgRunStore(Pool pool) {
        this.pool = pool;
        this.leases = new Leases(pool);
    }

    @Override
    public Commit.Result commit(Commit commit) {
        commit.requireLeaseOfItsShard();
        try {
            return pool.transaction(handle -> {
                Commit.Result result = new RunCommit(handle, commit).attempt();
                return new Verdict<>(result, result instanceof Commit.Result.Committed);
            });
        } catch (RuntimeException e) {
            if (Mishap.doubled(e)) {
                throw new IllegalStateException(
                        "an id of " + commit.step().next().id() + " was used before", e);
            }
            throw e;
        }
    }

    @Override
    public Optional<StoredRun> load(RunId id) {
        return pool.alone(handle -> handle.createQuery("SELECT version, state FROM run WHERE id = :id")
                .bind("id", id.value())
                .map((row, context) -> RunRows.read(row))
                .findOne());
    }

    @Override
    public List<StoredRun> runs(RunQuery query) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT version, state FROM run
                        WHERE (CAST(:kind AS text) IS NULL OR kind = :kind)
                          AND (NOT :active_only OR NOT ended)
                          AND (CAST(:before AS text) IS NULL OR sequence < (SELECT sequence FROM run WHERE id = :before))
                        ORDER BY sequence DESC LIMIT :limit
                        """)
                .bind("kind", query.kind())
                .bind("active_only", query.activeOnly())
                .bind("before", query.before() == null ? null : query.before().value())
                .bind("limit", query.limit())
                .map((row, context) -> RunRows.read(row))
                .list());
    }

    @Override
    public List<RunId> due(MigrationDomainId shard, Instant now, int limit) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT id FROM run WHERE shard = :shard AND due <= :now
                        ORDER BY due, id LIMIT :limit
                        """)
                .bind("shard", shard.value())
                .bind("now", Times.happened(now))
                .bind("limit", limit)
                .map((row, context) -> new RunId(row.getString("id")))
                .list());
    }

    @Override
    public Optional<Instant> nextDue(MigrationDomainId shard) {
        return pool.alone(handle -> handle.createQuery(
                        "SELECT due FROM run WHERE shard = :shard AND due IS NOT NULL ORDER BY due LIMIT 1")
                .bind("shard", shard.value())
                .map((row, context) -> Times.read(row, "due"))
                .findOne());
    }

    @Override
    public List<PendingMessage> messages(MigrationDomainId shard, int limit) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT message.sequence, message.run, message.event
                        FROM message JOIN run ON run.id = message.run
                        WHERE run.shard = :shard
                        ORDER BY message.sequence LIMIT :limit
                        """)
                .bind("shard", shard.value())
                .bind("limit", limit)
                .map((row, context) -> new PendingMessage(
                        row.getLong("sequence"),
                        new Message(new RunId(row.getString("run")), Codec.EVENT.read(row.getString("event")))))
                .list());
    }

    @Override
    public List<EffectRecord> outstanding(MigrationDomainId shard) {
        return effects("shard = :key AND status IN ('ORDERED', 'ACKNOWLEDGED')", shard.value());
    }

    @Override
    public List<EffectRecord> outstandingFor(HostId agent) {
        return effects("agent = :key AND status IN ('ORDERED', 'ACKNOWLEDGED')", agent.value());
    }

    @Override
    public List<EffectRecord> effects(RunId run) {
        return effects("run = :key", run.value());
    }

    private List<EffectRecord> effects(String condition, String key) {
        return pool.alone(handle -> effectsQuery(handle, condition)
                .bind("key", key)
                .map((row, context) -> Effects.read(row))
                .list());
    }

    private static Query effectsQuery(Handle handle, String condition) {
        return handle.createQuery(
                "SELECT " + Effects.COLUMNS + " FROM effect WHERE " + condition + " ORDER BY sequence");
    }

    @Override
    public void acknowledge(EffectId id) {
        pool.alone(handle -> handle.createUpdate(
                        "UPDATE effect SET status = 'ACKNOWLEDGED' WHERE id = :id AND status = 'ORDERED'")
                .bind("id", id.value())
                .execute());
    }

    @Override
    public List<HeldScope> holds() {
        return pool.alone(handle -> handle.createQuery("SELECT scope, run FROM hold ORDER BY scope, sequence")
                .map((row, context) -> new HeldScope(row.getString("scope"), new RunId(row.getString("run"))))
                .list());
    }

    @Override
    public List<StoryEntry> story(RunId run) {
        return pool.alone(handle -> handle.createQuery(
                        "SELECT version, at, event, state_after FROM run_event WHERE run = :run ORDER BY version")
                .bind("run", run.value())
                .map((row, context) -> new StoryEntry(
                        row.getLong("version"),
                        Times.read(row, "at"),
                        Codec.EVENT.read(row.getString("event")),
                        row.getString("state_after")))
                .list());
    }

    @Override
    public List<NumberedNotice> notices(long after, int limit) {
        return pool.alone(handle -> new Notices(handle).after(after, limit));
    }

    @Override
    public List<LedgerEntry> ledger(LedgerQuery query) {
        return pool.alone(handle -> new Ledger(handle).matching(query));
    }

    @Override
    public Optional<Lease> acquire(MigrationDomainId shard, String holder, Duration ttl) {
        return leases.acquire(shard, holder, ttl);
    }

    @Override
    public boolean renew(Lease lease, Duration ttl) {
        return leases.renew(lease, ttl);
    }

    @Override
    public void release(Lease lease) {
        leases.release(lease);
    }

    /** Makes a shard known, so that any server may {@link #claim} it. */
    public void register(MigrationDomainId shard) {
        leases.register(shard);
    }

    /** Takes up to so many registered shards that nobody holds. Two servers that claim at once get different ones. */
    public List<Lease> claim(String holder, Duration ttl, int limit) {
        return leases.claim(holder, ttl, limit);
    }
}
