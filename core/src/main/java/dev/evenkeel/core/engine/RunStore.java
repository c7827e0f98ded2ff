package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The durable truth about runs. One contract test holds every implementation to this text. An implementation that loses
 * its database throws; nothing is then half written.
 */
public interface RunStore {

    /**
     * Writes a step whole or not at all: checks the lease's epoch, the run's version and every hold; then writes the run,
     * the event into its story, the ended effect's outcome, the withdrawal of what is outstanding where the step says so,
     * new effects as {@code ORDERED}, holds, messages, spawned runs
     * (version 1, each with a {@link RunEvent.RunOrdered} message to itself), ledger rows and notices, and removes the
     * consumed message. A run that creates itself (expected version 0) gets its own {@code RunOrdered} message. When the
     * run ends, all its holds are given back and its outstanding effects withdrawn. A hold that the run has already is
     * not taken twice.
     */
    Commit.Result commit(Commit commit);

    Optional<StoredRun> load(RunId id);

    /** Runs in the order of creation, newest first; {@code before} is the id to go on after. */
    List<StoredRun> runs(RunQuery query);

    /** Runs of a shard whose due time has come, earliest first. */
    List<RunId> due(MigrationDomainId shard, Instant now, int limit);

    /** The earliest due time in a shard. */
    Optional<Instant> nextDue(MigrationDomainId shard);

    /** Messages to runs of a shard that are not consumed, oldest first. */
    List<PendingMessage> messages(MigrationDomainId shard, int limit);

    /** Effects of a shard that are ordered or acknowledged, oldest first. */
    List<EffectRecord> outstanding(MigrationDomainId shard);

    /** The same for one agent. */
    List<EffectRecord> outstandingFor(HostId agent);

    /** Every effect of a run, in the order it was ordered. */
    List<EffectRecord> effects(RunId run);

    /** The agent has the effect in its journal. Nothing happens when it is no longer {@code ORDERED}. */
    void acknowledge(EffectId id);

    /** Who holds what. */
    List<HeldScope> holds();

    /** The events of a run, oldest first. */
    List<StoryEntry> story(RunId run);

    /** Notices after a sequence number, oldest first. */
    List<NumberedNotice> notices(long after, int limit);

    /** Ledger rows, newest first. */
    List<LedgerEntry> ledger(LedgerQuery query);

    /** Takes the lease of a shard when it is free or run out, raising its epoch; returns ours again when it is ours. */
    Optional<Lease> acquire(MigrationDomainId shard, String holder, Duration ttl);

    /** Prolongs our lease; false when it is no longer ours. */
    boolean renew(Lease lease, Duration ttl);

    /** Gives our lease back, so that another need not wait. */
    void release(Lease lease);

    /** A message with its place in the queue. */
    record PendingMessage(long sequence, Message message) {}

    /** A scope and the run that holds it. */
    record HeldScope(String scope, RunId holder) {}

    /** One event of a run's story and the state after it. */
    record StoryEntry(long version, Instant at, RunEvent event, String stateAfter) {}

    /** A notice with its place in the outbox, from 1. */
    record NumberedNotice(long sequence, Notice notice) {}

    /**
     * Which runs to list.
     *
     * @param kind {@code HostRun} or {@code Rollout}, or null for both
     * @param activeOnly leave the ended ones out
     */
    record RunQuery(
            @Nullable String kind,
            boolean activeOnly,
            @Nullable RunId before,
            int limit) {}

    /** Which ledger rows to list; null means any. */
    record LedgerQuery(
            @Nullable VmId vm,
            @Nullable RunId run,
            @Nullable Set<TenantId> tenants,
            int limit) {}
}
