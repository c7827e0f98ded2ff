package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The move of one VM within a host run, to another host or into a new process on its own.
 *
 * @param effect of the latest try, or null before the first
 * @param to destination of the latest try
 * @param at when the status last changed
 * @param notBefore no new try before this
 * @param why what went wrong at the latest try
 */
public record Move(
        VmId vm,
        String name,
        Status status,
        int attempts,
        @Nullable EffectId effect,
        @Nullable HostId to,
        Instant at,
        Instant notBefore,
        @Nullable Duration forecastStop,
        @Nullable Duration forecastTotal,
        @Nullable Refusal why) {

    /** Where a move stands. */
    public enum Status {
        PENDING,
        MOVING,
        MOVED,
        /** Its outcome is unknown; a person looks. */
        UNSURE,
        /** It can't be moved, or was tried often enough. It keeps running where it is. */
        STUCK,
        /**
         * It keeps its memory here while its VMM is replaced; or it can't be moved, and its owner lets it be restarted
         * where it is once the others have left.
         */
        STAYS,
        /** It left the host by other hands, was shut off by its owner, or died. */
        GONE;

        boolean settled() {
            return this == MOVED || this == GONE || this == STUCK || this == STAYS;
        }
    }

    static Move pending(VmId vm, String name, Instant now) {
        return new Move(vm, name, Status.PENDING, 0, null, null, now, now, null, null, null);
    }

    Move started(EffectId by, HostId destination, Instant now, @Nullable Duration stop, @Nullable Duration total) {
        return new Move(vm, name, Status.MOVING, attempts + 1, by, destination, now, notBefore, stop, total, null);
    }

    Move becomes(Status next, Instant now, @Nullable Refusal because) {
        return new Move(vm, name, next, attempts, effect, to, now, notBefore, forecastStop, forecastTotal, because);
    }

    Move waits(Instant until, Instant now, @Nullable Refusal because) {
        return new Move(
                vm, name, Status.PENDING, attempts, effect, to, now, until, forecastStop, forecastTotal, because);
    }

    /** It waits again, after so many tries that count. */
    Move tried(int counted, Instant now) {
        return new Move(vm, name, Status.PENDING, counted, effect, to, now, now, forecastStop, forecastTotal, null);
    }

    /** A try that found no room counts as one, so that a full fleet ends the run with its reason. */
    Move findsNoRoom(Instant until, Instant now, Refusal because) {
        return new Move(vm, name, Status.PENDING, attempts + 1, effect, to, now, until, null, null, because);
    }

    /** Whether the VM is on the host and the run has something to do with it yet. */
    boolean isOnTheHost() {
        return !status.settled() || status == Status.STAYS;
    }

    /** Whether its end is still to come. */
    boolean open() {
        return status == Status.MOVING || status == Status.UNSURE;
    }
}
