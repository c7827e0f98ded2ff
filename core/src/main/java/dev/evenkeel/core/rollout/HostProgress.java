package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One host within a rollout.
 *
 * @param ring index of its ring, from 0
 * @param run the latest host run, or null before the first
 * @param why why it is waiting, skipped, undone or failed
 * @param at when the status last changed
 */
public record HostProgress(
        HostId host,
        int ring,
        Status status,
        @Nullable RunId run,
        @Nullable Refusal why,
        Instant at) {

    /** Where a host stands. */
    public enum Status {
        PENDING,
        RUNNING,
        DONE,
        /** It had the update before. */
        ALREADY,
        /** No method fits it, or its run was refused; its VMs and it are as before. */
        SKIPPED,
        /** Brought back to what it ran before, or closed as failed by a person. */
        FAILED,
        CANCELLED
    }

    HostProgress becomes(Status next, @Nullable Refusal because, Instant now) {
        return new HostProgress(host, ring, next, run, because, now);
    }

    HostProgress runs(RunId by, Instant now) {
        return new HostProgress(host, ring, Status.RUNNING, by, null, now);
    }
}
