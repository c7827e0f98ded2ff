package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.EffectSink;
import dev.evenkeel.core.engine.InMemoryRunStore;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutState;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeSet;

/** The one store, watched by the invariants, with the bugs that may be planted in a store. */
final class SimStore extends InMemoryRunStore {
    private final Invariants invariants;
    private final Trace trace;
    private final PlantedBug bug;
    private final TreeSet<String> givenBack = new TreeSet<>();
    private Optional<Lease> newest = Optional.empty();

    SimStore(EventQueue queue, Invariants invariants, Trace trace, PlantedBug bug) {
        super(queue);
        this.invariants = invariants;
        this.trace = trace;
        this.bug = bug;
    }

    /** {@link PlantedBug#EFFECT_BEFORE_COMMIT}: lets the orders of a step go. */
    void deliverEarly(Commit commit, EffectSink sink) {
        if (bug == PlantedBug.EFFECT_BEFORE_COMMIT) {
            for (Step.Order order : commit.step().orders()) {
                sink.deliver(new EffectOrder(
                        order.id(),
                        commit.step().next().id(),
                        order.agent(),
                        commit.lease().epoch(),
                        order.effect()));
            }
        }
    }

    /** The record of an effect. */
    Optional<EffectRecord> effect(EffectId id) {
        RunId run = new RunId(id.value().substring(0, id.value().lastIndexOf('/')));
        return effects(run).stream().filter(e -> e.id().equals(id)).findFirst();
    }

    @Override
    public synchronized Commit.Result commit(Commit commit) {
        Commit.Result result = super.commit(bug == PlantedBug.SKIPPED_FENCE ? underNewestLease(commit) : commit);
        if (result instanceof Commit.Result.Committed) {
            trace.note(commit.step().next().id() + " " + commit.event() + " -> "
                    + commit.step().next().stateName());
            count(commit);
            invariants.committed(commit.lease(), commit);
        }
        return result;
    }

    private void count(Commit commit) {
        Step step = commit.step();
        step.notices()
                .forEach(notice -> trace.count("notice " + notice.type()
                        + (notice.data().containsKey("code")
                                ? " " + notice.data().get("code")
                                : "")));
        step.orders()
                .forEach(order ->
                        trace.count("order " + order.effect().getClass().getSimpleName()));
        if (step.notices().isEmpty()) {
            return;
        }
        switch (step.next()) {
            case HostRun run
            when run.state() instanceof HostRunState.Ended end -> {
                trace.count("host run " + end.outcome()
                        + (end.why() == null ? "" : " " + end.why().code()));
                if (run.purpose() instanceof Purpose.UpdateHost update) {
                    trace.count(end.outcome() + " " + update.method() + (update.back() ? " back" : ""));
                }
            }
            case HostRun run
            when run.state() instanceof HostRunState.NeedsPerson asks ->
                trace.count("asks " + asks.why().code());
            case Rollout rollout
            when rollout.state() instanceof RolloutState.Ended end -> trace.count("rollout " + end.outcome());
            case Rollout rollout
            when rollout.state() instanceof RolloutState.Halted halted ->
                trace.count("halted " + halted.why().code());
            default -> {}
        }
    }

    private Commit underNewestLease(Commit c) {
        return newest.map(lease -> new Commit(
                        lease, c.expectedVersion(), c.event(), c.at(), c.step(), c.endedEffect(), c.consumed()))
                .orElse(c);
    }

    @Override
    public synchronized Optional<Lease> acquire(MigrationDomainId shard, String holder, Duration ttl) {
        Optional<Lease> lease = super.acquire(shard, holder, ttl);
        lease.ifPresent(invariants::granted);
        newest = lease.or(() -> newest);
        return lease;
    }

    @Override
    public synchronized boolean renew(Lease lease, Duration ttl) {
        return super.renew(lease, ttl) || bug == PlantedBug.SKIPPED_FENCE;
    }

    @Override
    protected void release(String scope, RunId holder) {
        if (bug != PlantedBug.BUDGET_RELEASED_TWICE) {
            super.release(scope, holder);
            return;
        }
        boolean had = holds().contains(new HeldScope(scope, holder));
        super.release(scope, holder);
        if (had) {
            givenBack.add(scope + " " + holder);
        } else if (givenBack.contains(scope + " " + holder)) {
            holds().stream()
                    .filter(held -> held.scope().equals(scope))
                    .findFirst()
                    .ifPresent(held -> super.release(scope, held.holder()));
        }
    }
}
