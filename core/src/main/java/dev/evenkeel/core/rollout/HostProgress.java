package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Method;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One host within a rollout.
 *
 * @param ring index of its ring, from 0
 * @param run the latest host run, or null before the first
 * @param method how that run goes about it, or null before the first
 * @param why why it is waiting, skipped, undone or failed
 * @param unpatched why the host, when it came to it, refused the hot patch, or null; then the next rung of the ladder is its
 *     way, and this its reason where there is none
 * @param at when the status last changed
 */
public record HostProgress(
        HostId host,
        int ring,
        Status status,
        @Nullable RunId run,
        @Nullable Method method,
        @Nullable Refusal why,
        @Nullable Refusal unpatched,
        Instant at) {

    /** A host that is to come. */
    static HostProgress pending(HostId host, int ring, Instant now) {
        return new HostProgress(host, ring, Status.PENDING, null, null, null, null, now);
    }

    /** Where a host stands. */
    public enum Status {
        PENDING,
        RUNNING,
        /** Owners of VMs on it choose when it is done; the rollout goes on with other hosts meanwhile. */
        OFFERED,
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
        return new HostProgress(host, ring, next, run, method, because, unpatched, now);
    }

    /** Whether a host run has yet to end. */
    public boolean underWay() {
        return status == Status.RUNNING || status == Status.OFFERED;
    }

    HostProgress runs(RunId by, Method how, Instant now) {
        return new HostProgress(host, ring, Status.RUNNING, by, how, null, unpatched, now);
    }

    /** Its latest run has ended. What the host itself refuses as a hot patch is left for the next rung. */
    HostProgress ended(RunEvent.HostRunEnded run, boolean back) {
        Refusal because = run.why();
        boolean refusesThePatch = run.outcome() == RunOutcome.REFUSED
                && method == Method.HOT_PATCH
                && !back
                && because != null
                && !because.code().equals(Hold.TAKEN);
        return refusesThePatch
                ? new HostProgress(host, ring, Status.PENDING, run.run(), method, because, because, run.at())
                : becomes(statusOf(run.outcome()), because, run.at());
    }

    private static Status statusOf(RunOutcome outcome) {
        return switch (outcome) {
            case DONE, PARTIAL -> Status.DONE;
            case REFUSED -> Status.SKIPPED;
            case UNDONE, FAILED -> Status.FAILED;
            case CANCELLED -> Status.CANCELLED;
        };
    }
}
