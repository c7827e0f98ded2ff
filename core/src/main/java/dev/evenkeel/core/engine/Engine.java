package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Drives the runs of one shard under one lease. Owns no thread and no clock: its caller calls {@link #accept} for every
 * event from outside and {@link #runDue} when {@link #nextDue} has come. Not thread-safe; one caller at a time.
 *
 * <p>Nothing outside happens before the commit that orders it: effects are delivered only after {@link RunStore#commit}
 * said {@code Committed}, and again from the store until an agent acknowledges them, so a crash between the two loses
 * nothing and repeats nothing.
 */
public final class Engine {
    /** How often another's commit may come first before an event is given back. */
    private static final int STALE_TRIES = 16;

    /** How long an unacknowledged effect waits before it is delivered again. */
    private static final Duration REDELIVER = Duration.ofSeconds(5);

    /** How long to rest when there is a run that can't be worked on at all, which stays due. */
    private static final Duration REST = Duration.ofSeconds(1);

    private static final int BATCH = 100;

    /** What became of an event. */
    public enum Accepted {
        COMMITTED,
        /** There is no such run. */
        UNKNOWN_RUN,
        /** The lease is lost; this engine must not be used any more. */
        FENCED
    }

    private final RunStore store;
    private final Decider decider;
    private final EffectSink sink;
    private final Function<Instant, World> observe;
    private final TimeSource time;
    private final Lease lease;
    private final BiConsumer<RunId, Throwable> broken;
    private final Map<EffectId, Instant> delivered = new HashMap<>();
    private Instant redeliverAt;
    private Instant restUntil = Instant.MIN;

    /** An engine that tells nobody but the run's story of code that fails. */
    public Engine(
            RunStore store,
            Decider decider,
            EffectSink sink,
            Function<Instant, World> observe,
            TimeSource time,
            Lease lease) {
        this(store, decider, sink, observe, time, lease, (run, failure) -> {});
    }

    /**
     * @param observe the latest snapshot of the world, stamped with the instant given
     * @param broken hears of a run whose own code failed, for a log
     */
    public Engine(
            RunStore store,
            Decider decider,
            EffectSink sink,
            Function<Instant, World> observe,
            TimeSource time,
            Lease lease,
            BiConsumer<RunId, Throwable> broken) {
        this.store = store;
        this.decider = decider;
        this.sink = sink;
        this.observe = observe;
        this.time = time;
        this.lease = lease;
        this.broken = broken;
        this.redeliverAt = time.now();
    }

    public Lease lease() {
        return lease;
    }

    /** Creates a run; it begins with the next {@link #runDue}. Its id must be new. */
    public Accepted order(Run run) {
        Commit creation = new Commit(lease, 0, new RunEvent.RunOrdered(), time.now(), Step.ignore(run), null, null);
        return switch (store.commit(creation)) {
            case Commit.Result.Committed c -> Accepted.COMMITTED;
            case Commit.Result.Fenced f -> Accepted.FENCED;
            case Commit.Result.Stale s -> throw new IllegalArgumentException("run " + run.id() + " exists already");
            case Commit.Result.HoldTaken h -> throw new IllegalStateException("a creation takes no hold: " + h);
        };
    }

    /** Tells a run what happened and commits its step. A run whose own code fails goes to a person. */
    public Accepted accept(RunId id, RunEvent event) {
        return step(id, event, null);
    }

    private Accepted step(RunId id, RunEvent event, @Nullable Long consumed) {
        try {
            return tell(id, event, consumed);
        } catch (Unavailable e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            broken.accept(id, e);
            return setAside(id, event, consumed, e);
        }
    }

    private Accepted setAside(RunId id, RunEvent event, @Nullable Long consumed, Throwable failure) {
        for (int attempt = 0; attempt < STALE_TRIES; attempt++) {
            Optional<StoredRun> stored = store.load(id);
            if (stored.isEmpty()) {
                return Accepted.UNKNOWN_RUN;
            }
            Step step = SetAside.step(stored.get().run(), event, failure, time.now());
            // A message is told once more to the run that waits, which may take it, so that it does not get lost.
            boolean again = consumed != null
                    && step.next().needsPerson()
                    && !stored.get().run().needsPerson();
            RunEvent.EffectEnded ended = event instanceof RunEvent.EffectEnded e ? e : null;
            Commit.Result result = store.commit(
                    new Commit(lease, stored.get().version(), event, time.now(), step, ended, again ? null : consumed));
            switch (result) {
                case Commit.Result.Committed c -> {
                    return again ? step(id, event, consumed) : Accepted.COMMITTED;
                }
                case Commit.Result.Fenced f -> {
                    return Accepted.FENCED;
                }
                case Commit.Result.Stale s -> {}
                case Commit.Result.HoldTaken h -> throw new IllegalStateException("it asks for no hold: " + h);
            }
        }
        throw new IllegalStateException("run " + id + " changes faster than it can be read");
    }

    private Accepted tell(RunId id, RunEvent event, @Nullable Long consumed) {
        Set<String> refused = new HashSet<>();
        for (int attempt = 0; attempt < STALE_TRIES; ) {
            Optional<StoredRun> stored = store.load(id);
            if (stored.isEmpty()) {
                return Accepted.UNKNOWN_RUN;
            }
            Instant now = time.now();
            Commit.Result result = commit(stored.get(), event, now, consumed);
            boolean again = false;
            if (result instanceof Commit.Result.HoldTaken taken) {
                // What tells something is told again once the run knows of the refusal, so that it is never lost.
                again = tellsSomething(event);
                RunEvent told = new RunEvent.HoldRefused(taken.hold(), whoHolds(taken));
                result = commit(stored.get(), told, now, again ? null : consumed);
                if (again
                        && result instanceof Commit.Result.Committed
                        && !refused.add(taken.hold().scope())) {
                    throw new IllegalStateException(
                            "run " + id + " asks again for " + taken.hold().scope() + ", which it was just refused");
                }
            }
            switch (result) {
                case Commit.Result.Committed c -> {
                    if (!again) {
                        return Accepted.COMMITTED;
                    }
                }
                case Commit.Result.Fenced f -> {
                    return Accepted.FENCED;
                }
                case Commit.Result.Stale s -> attempt++;
                case Commit.Result.HoldTaken h ->
                    throw new IllegalStateException("a run that was refused a hold asked for another: " + h);
            }
        }
        throw new IllegalStateException("run " + id + " changes faster than it can be read");
    }

    /** A refused hold is answer enough to an event that only asks the run to look; any other event has to reach it. */
    private static boolean tellsSomething(RunEvent event) {
        return switch (event) {
            case RunEvent.RunOrdered o -> false;
            case RunEvent.TimerFired t -> false;
            case RunEvent.HostObserved o -> false;
            case RunEvent.ResumeOrdered r -> false; // a run that takes holds is asked to look by it; others take none
            case RunEvent.HoldRefused h -> true;
            case RunEvent.EffectEnded e -> true;
            case RunEvent.HostRunEnded e -> true;
            case RunEvent.PauseOrdered p -> true;
            case RunEvent.CancelOrdered c -> true;
            case RunEvent.ResolveOrdered r -> true;
            case RunEvent.NoticeApproved a -> true;
            case RunEvent.OwnerChose c -> true;
            case RunEvent.OwnersAsked a -> true;
        };
    }

    private static Refusal whoHolds(Commit.Result.HoldTaken taken) {
        String holders = taken.holders().stream().map(RunId::value).collect(Collectors.joining(", "));
        return Refusal.of(Hold.TAKEN, taken.hold().scope() + " is held by " + holders)
                .with("scope", taken.hold().scope())
                .with("holders", holders);
    }

    private Commit.Result commit(StoredRun stored, RunEvent event, Instant now, @Nullable Long consumed) {
        Step step = decider.decide(stored.run(), event, worldAt(now));
        RunEvent.EffectEnded ended = event instanceof RunEvent.EffectEnded e ? e : null;
        boolean nothing = stored.run().ended() || step.equals(Step.ignore(stored.run()));
        boolean ignored = consumed == null && nothing;
        if (ignored && (ended == null || isKnown(stored.run().id(), ended))) {
            return new Commit.Result.Committed(stored.version());
        }
        Commit.Result result = store.commit(new Commit(lease, stored.version(), event, now, step, ended, consumed));
        if (result instanceof Commit.Result.Committed) {
            for (Step.Order order : step.orders()) {
                delivered.put(order.id(), now);
                sink.deliver(
                        new EffectOrder(order.id(), stored.run().id(), order.agent(), lease.epoch(), order.effect()));
            }
        }
        return result;
    }

    /** Whoever can't see the world does not lay it to the run that wanted to look. */
    private World worldAt(Instant now) {
        try {
            return observe.apply(now)
                    .knowing(id -> store.load(id).map(StoredRun::run).orElse(null));
        } catch (Unavailable e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Unavailable("the world cannot be seen: " + e, e);
        }
    }

    /** Whether the store has this outcome already, or a certain one that an uncertain one must not replace. */
    private boolean isKnown(RunId run, RunEvent.EffectEnded ended) {
        return store.effects(run).stream()
                .filter(effect -> effect.id().equals(ended.effect()))
                .map(EffectRecord::outcome)
                .anyMatch(outcome -> ended.outcome().equals(outcome)
                        || (outcome != null
                                && !(outcome instanceof Outcome.Unknown)
                                && ended.outcome() instanceof Outcome.Unknown));
    }

    /** When {@link #runDue} next has something to do; now when messages wait. */
    public Optional<Instant> nextDue() {
        if (time.now().isBefore(restUntil)) {
            return Optional.of(restUntil);
        }
        if (!store.messages(lease.shard(), 1).isEmpty()) {
            return Optional.of(time.now());
        }
        Optional<Instant> due = store.nextDue(lease.shard());
        return due.isPresent() && due.get().isBefore(redeliverAt) ? due : Optional.of(redeliverAt);
    }

    /**
     * Delivers waiting messages, fires timers that are due, and delivers again what no agent has acknowledged. Returns
     * {@code FENCED} when the lease was lost on the way.
     */
    public Accepted runDue() {
        for (RunStore.PendingMessage pending : store.messages(lease.shard(), BATCH)) {
            Message message = pending.message();
            if (turn(message.to(), message.event(), pending.sequence()) == Accepted.FENCED) {
                return Accepted.FENCED;
            }
        }
        for (RunId id : store.due(lease.shard(), time.now(), BATCH)) {
            if (turn(id, new RunEvent.TimerFired(), null) == Accepted.FENCED) {
                return Accepted.FENCED;
            }
        }
        Instant now = time.now();
        if (!now.isBefore(redeliverAt)) {
            redeliver(now);
            redeliverAt = now.plus(REDELIVER);
        }
        return Accepted.COMMITTED;
    }

    /** A run that can't even be set aside, because nobody can read it, must not stand in the way of the rest. */
    private Accepted turn(RunId id, RunEvent event, @Nullable Long consumed) {
        try {
            return step(id, event, consumed);
        } catch (Unavailable e) {
            throw e;
        } catch (RuntimeException e) {
            broken.accept(id, e);
            restUntil = time.now().plus(REST);
            return Accepted.COMMITTED;
        }
    }

    private void redeliver(Instant now) {
        Map<EffectId, Instant> still = new HashMap<>();
        for (EffectRecord effect : store.outstanding(lease.shard())) {
            Instant last = delivered.get(effect.id());
            boolean waiting = effect.status() == EffectRecord.Status.ORDERED;
            if (waiting && (last == null || !now.isBefore(last.plus(REDELIVER)))) {
                sink.deliver(effect.under(lease));
                last = now;
            }
            still.put(effect.id(), last == null ? now : last);
        }
        delivered.clear();
        delivered.putAll(still);
    }
}
