package dev.evenkeel.bench;

import java.time.Duration;
import java.util.Optional;

/**
 * One attempt to move a VM, as it was seen from outside.
 *
 * @param who {@code evenkeel}, or the rival
 * @param end how it ended
 * @param how the same in words for a person
 * @param maxPause the longest stop that the VM's owner accepts; the rival is not told
 * @param stop how far the guest's clock fell behind; empty where it did not beat enough
 * @param accounted the stop by the mover's own account: the guest's clock for ours, QEMU's for the rival
 * @param gap the largest hole in heartbeats while it went on
 * @param normalGap the largest one in an equally long stretch before
 * @param total from the order to its end
 * @param forecastStop what was foreseen; the rival foresees nothing
 */
record Trip(
        String who,
        End end,
        String how,
        Duration maxPause,
        Optional<Duration> stop,
        Optional<Duration> accounted,
        Duration gap,
        Duration normalGap,
        Duration total,
        Optional<Duration> forecastStop,
        Optional<Duration> forecastTotal) {

    /** How an attempt ended. */
    enum End {
        /** The VM runs on the other host. */
        MOVED,
        /** The same, and its memory followed it. */
        MOVED_BY_POST_COPY,
        /** Nothing was begun, for the forecast said that it would not end well. */
        REFUSED_WITH_FORECAST,
        /** It was begun, or not, and the VM is where it was. */
        NOT_MOVED
    }

    boolean moved() {
        return end == End.MOVED || end == End.MOVED_BY_POST_COPY;
    }

    /** A busy VM was treated as its owner wishes: moved within its pause or by post-copy, or not touched, with the forecast. */
    boolean respectsOwner() {
        return switch (end) {
            case MOVED -> stop.filter(s -> s.compareTo(maxPause) <= 0).isPresent();
            case MOVED_BY_POST_COPY, REFUSED_WITH_FORECAST -> true;
            case NOT_MOVED -> false;
        };
    }

    static double ms(Duration length) {
        return length.toNanos() / 1e6;
    }
}
