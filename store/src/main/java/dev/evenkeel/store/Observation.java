package dev.evenkeel.store;

import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What somebody outside measured of a VM.
 *
 * @param gap longest hole in its heartbeats between {@code from} and {@code to}
 * @param normalGap the same in an undisturbed stretch of equal length before, or null
 * @param stop how far its monotonic clock fell behind, or null
 * @param restarted whether its boot id changed, or null when that was not looked at
 */
public record Observation(
        VmId vm,
        Instant from,
        Instant to,
        Duration gap,
        @Nullable Duration normalGap,
        @Nullable Duration stop,
        @Nullable Boolean restarted) {

    /** Whether it was made while something between two instants happened. */
    boolean overlaps(Instant start, Instant end) {
        return !from.isAfter(end) && !to.isBefore(start);
    }
}
