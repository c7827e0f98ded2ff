package dev.evenkeel.core.engine;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one step changes, in one transaction.
 *
 * @param lease must still be the shard's, else nothing is written
 * @param expectedVersion of the run; 0 creates it
 * @param event what happened, kept in the run's story
 * @param endedEffect the effect whose outcome the event brings, or null
 * @param consumed sequence of the message that brought the event, removed with the commit, or null
 */
public record Commit(
        Lease lease,
        long expectedVersion,
        RunEvent event,
        Instant at,
        Step step,
        RunEvent.@Nullable EffectEnded endedEffect,
        @Nullable Long consumed) {
    /**
     * Every store begins with this: a lease is good for its own shard only.
     *
     * @throws IllegalArgumentException when the run belongs to another shard, which is a bug
     */
    public void requireLeaseOfItsShard() {
        if (!lease.shard().equals(step.next().shard())) {
            throw new IllegalArgumentException("run " + step.next().id() + " of shard "
                    + step.next().shard() + " cannot be committed under the lease of " + lease.shard());
        }
    }

    /** What became of a commit. */
    public sealed interface Result {
        record Committed(long version) implements Result {}

        /** Somebody else committed first; load again and decide again. */
        record Stale() implements Result {}

        /** The lease is no longer ours; stop at once. */
        record Fenced() implements Result {}

        /** A hold is taken; nothing was written. */
        record HoldTaken(Hold hold, List<RunId> holders) implements Result {}
    }
}
