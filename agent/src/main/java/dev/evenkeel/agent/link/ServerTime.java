package dev.evenkeel.agent.link;

import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's time as seen from here: its last stamp plus what a monotonic clock counted since it arrived. The stamp was
 * made before it arrived, so the result is never later than the truth, whatever this host's clock says.
 */
final class ServerTime {
    private final LongSupplier nanos;
    private @Nullable Instant stamp;
    private long arrived;

    /** @param nanos a monotonic clock in nanoseconds */
    ServerTime(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized void stamped(Instant serverTime) {
        stamp = serverTime;
        arrived = nanos.getAsLong();
    }

    /** A moment of the monotonic clock. */
    long mark() {
        return nanos.getAsLong();
    }

    /** The server's time at a moment of the monotonic clock, or null before the first stamp. */
    synchronized @Nullable Instant at(long mark) {
        return stamp == null ? null : stamp.plusNanos(mark - arrived);
    }
}
