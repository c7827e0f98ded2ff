package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A run store for simulation and tests: the same promises as the database, kept in maps. Everything a commit checks is
 * checked before anything is written, so a refused commit leaves nothing behind. Leases run by the clock it is given.
 */
public class InMemoryRunStore implements RunStore {
    private record Leased(Lease lease, Instant until) {}

    private final TimeSource leaseClock;
    private final Map<RunId, StoredRun> runs = new LinkedHashMap<>();
    private final Map<RunId, List<StoryEntry>> stories = new LinkedHashMap<>();
    private final Map<EffectId, EffectRecord> effects = new LinkedHashMap<>();
    private final Map<String, List<RunId>> holds = new TreeMap<>();
    private final List<PendingMessage> messages = new ArrayList<>();
    private final List<NumberedNotice> notices = new ArrayList<>();
    private final List<LedgerEntry> ledger = new ArrayList<>();
    private final Map<MigrationDomainId, Leased> leases = new TreeMap<>();
    private long sequence;

    public InMemoryRunStore(TimeSource leaseClock) {
        this.leaseClock = leaseClock;
    }

    @Override
    public synchronized Commit.Result commit(Commit commit) {
        commit.requireLeaseOfItsShard();
        Leased leased = leases.get(commit.lease().shard());
        if (leased == null || !leased.lease().equals(commit.lease())) {
            return new Commit.Result.Fenced();
        }
        Run next = commit.step().next();
        StoredRun current = runs.get(next.id());
        if ((current == null ? 0 : current.version()) != commit.expectedVersion()) {
            return new Commit.Result.Stale();
        }
        if (commit.consumed() != null
                && messages.stream()
                        .noneMatch(m -> m.sequence() == commit.consumed()
                                && m.message().to().equals(next.id()))) {
            return new Commit.Result.Stale();
        }
        for (Hold hold : commit.step().acquire()) {
            List<RunId> holders = holds.getOrDefault(hold.scope(), List.of());
            if (!holders.contains(next.id()) && holders.size() >= hold.limit()) {
                return new Commit.Result.HoldTaken(hold, List.copyOf(holders));
            }
        }
        requireNewIds(commit.step());
        write(commit, next);
        return new Commit.Result.Committed(commit.expectedVersion() + 1);
    }

    private void requireNewIds(Step step) {
        for (Step.Order order : step.orders()) {
            if (effects.containsKey(order.id())) {
                throw new IllegalStateException("effect " + order.id() + " was ordered before");
            }
        }
        for (Run run : step.spawn()) {
            if (runs.containsKey(run.id())) {
                throw new IllegalStateException("run " + run.id() + " exists already and cannot be spawned");
            }
        }
    }

    private void write(Commit commit, Run next) {
        Step step = commit.step();
        put(next, commit.expectedVersion() + 1);
        stories.computeIfAbsent(next.id(), id -> new ArrayList<>())
                .add(new StoryEntry(commit.expectedVersion() + 1, commit.at(), commit.event(), next.stateName()));
        if (commit.consumed() != null) {
            messages.removeIf(m -> m.sequence() == commit.consumed());
        }
        if (commit.endedEffect() != null) {
            RunEvent.EffectEnded ended = commit.endedEffect();
            effects.computeIfPresent(ended.effect(), (id, e) -> with(e, EffectRecord.Status.ENDED, ended.outcome()));
        }
        if (step.withdraw()) {
            withdraw(next.id());
        }
        for (Step.Order order : step.orders()) {
            effects.put(
                    order.id(),
                    new EffectRecord(
                            order.id(),
                            next.id(),
                            order.agent(),
                            order.effect(),
                            EffectRecord.Status.ORDERED,
                            commit.at(),
                            null));
        }
        step.release().forEach(scope -> release(scope, next.id()));
        for (Hold hold : step.acquire()) {
            List<RunId> holders = holds.computeIfAbsent(hold.scope(), s -> new ArrayList<>());
            if (!holders.contains(next.id())) {
                holders.add(next.id());
            }
        }
        if (commit.expectedVersion() == 0) {
            send(new Message(next.id(), new RunEvent.RunOrdered()));
        }
        for (Run spawned : step.spawn()) {
            put(spawned, 1);
            send(new Message(spawned.id(), new RunEvent.RunOrdered()));
        }
        step.messages().forEach(this::send);
        ledger.addAll(step.ledger());
        step.notices().forEach(notice -> notices.add(new NumberedNotice(notices.size() + 1L, notice)));
        if (next.ended()) {
            List.copyOf(holds.keySet()).forEach(scope -> release(scope, next.id()));
            withdraw(next.id());
        }
    }

    private void withdraw(RunId run) {
        effects.replaceAll((id, e) ->
                e.run().equals(run) && e.outstanding() ? with(e, EffectRecord.Status.WITHDRAWN, e.outcome()) : e);
    }

    private void put(Run run, long version) {
        runs.put(run.id(), new StoredRun(run, version));
    }

    private void send(Message message) {
        sequence++;
        messages.add(new PendingMessage(sequence, message));
    }

    /** Gives one scope back; overridden only to plant a bug in a test. */
    protected void release(String scope, RunId holder) {
        List<RunId> holders = holds.get(scope);
        if (holders != null) {
            holders.remove(holder);
            if (holders.isEmpty()) {
                holds.remove(scope);
            }
        }
    }

    private static EffectRecord with(EffectRecord e, EffectRecord.Status status, @Nullable Outcome outcome) {
        return new EffectRecord(e.id(), e.run(), e.agent(), e.effect(), status, e.orderedAt(), outcome);
    }

    @Override
    public synchronized Optional<StoredRun> load(RunId id) {
        return Optional.ofNullable(runs.get(id));
    }

    @Override
    public synchronized List<StoredRun> runs(RunQuery query) {
        List<StoredRun> newestFirst = new ArrayList<>(runs.values()).reversed();
        int from = 0;
        if (query.before() != null) {
            StoredRun last = runs.get(query.before());
            from = last == null ? newestFirst.size() : newestFirst.indexOf(last) + 1;
        }
        return newestFirst.subList(from, newestFirst.size()).stream()
                .filter(r -> query.kind() == null
                        || r.run().getClass().getSimpleName().equals(query.kind()))
                .filter(r -> !query.activeOnly() || !r.run().ended())
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized List<RunId> due(MigrationDomainId shard, Instant now, int limit) {
        return runs.values().stream()
                .map(StoredRun::run)
                .filter(r -> r.shard().equals(shard)
                        && r.due().isPresent()
                        && !r.due().get().isAfter(now))
                .sorted(Comparator.comparing((Run r) -> r.due().orElseThrow()).thenComparing(Run::id))
                .limit(limit)
                .map(Run::id)
                .toList();
    }

    @Override
    public synchronized Optional<Instant> nextDue(MigrationDomainId shard) {
        return runs.values().stream()
                .filter(r -> r.run().shard().equals(shard))
                .flatMap(r -> r.run().due().stream())
                .min(Instant::compareTo);
    }

    @Override
    public synchronized List<PendingMessage> messages(MigrationDomainId shard, int limit) {
        return messages.stream()
                .filter(m -> {
                    StoredRun to = runs.get(m.message().to());
                    return to != null && to.run().shard().equals(shard);
                })
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized List<EffectRecord> outstanding(MigrationDomainId shard) {
        return effects.values().stream()
                .filter(EffectRecord::outstanding)
                .filter(e -> {
                    StoredRun of = runs.get(e.run());
                    return of != null && of.run().shard().equals(shard);
                })
                .toList();
    }

    @Override
    public synchronized List<EffectRecord> outstandingFor(HostId agent) {
        return effects.values().stream()
                .filter(e -> e.outstanding() && e.agent().equals(agent))
                .toList();
    }

    @Override
    public synchronized List<EffectRecord> effects(RunId run) {
        return effects.values().stream().filter(e -> e.run().equals(run)).toList();
    }

    @Override
    public synchronized void acknowledge(EffectId id) {
        effects.computeIfPresent(
                id,
                (key, e) -> e.status() == EffectRecord.Status.ORDERED
                        ? with(e, EffectRecord.Status.ACKNOWLEDGED, e.outcome())
                        : e);
    }

    @Override
    public synchronized List<HeldScope> holds() {
        return holds.entrySet().stream()
                .flatMap(e -> e.getValue().stream().map(run -> new HeldScope(e.getKey(), run)))
                .toList();
    }

    @Override
    public synchronized List<StoryEntry> story(RunId run) {
        return List.copyOf(stories.getOrDefault(run, List.of()));
    }

    @Override
    public synchronized List<NumberedNotice> notices(long after, int limit) {
        return notices.stream().filter(n -> n.sequence() > after).limit(limit).toList();
    }

    @Override
    public synchronized List<LedgerEntry> ledger(LedgerQuery query) {
        return ledger.reversed().stream()
                .filter(e -> query.vm() == null || e.vm().equals(query.vm()))
                .filter(e -> query.run() == null || e.run().equals(query.run()))
                .filter(e -> query.tenants() == null || query.tenants().contains(e.tenant()))
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized Optional<Lease> acquire(MigrationDomainId shard, String holder, Duration ttl) {
        Instant now = leaseClock.now();
        Leased held = leases.get(shard);
        Lease lease;
        if (held == null) {
            lease = new Lease(shard, holder, 1);
        } else if (!held.until().isAfter(now)) {
            lease = new Lease(shard, holder, held.lease().epoch() + 1);
        } else if (held.lease().holder().equals(holder)) {
            lease = held.lease();
        } else {
            return Optional.empty();
        }
        leases.put(shard, new Leased(lease, now.plus(ttl)));
        return Optional.of(lease);
    }

    @Override
    public synchronized boolean renew(Lease lease, Duration ttl) {
        Leased held = leases.get(lease.shard());
        if (held == null || !held.lease().equals(lease)) {
            return false;
        }
        leases.put(lease.shard(), new Leased(lease, leaseClock.now().plus(ttl)));
        return true;
    }

    @Override
    public synchronized void release(Lease lease) {
        Leased held = leases.get(lease.shard());
        if (held != null && held.lease().equals(lease)) {
            // nobody's: a commit under the lease given back is fenced
            leases.put(lease.shard(), new Leased(new Lease(lease.shard(), "", lease.epoch()), Instant.MIN));
        }
    }
}
