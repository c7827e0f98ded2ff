package dev.evenkeel.core.impact;

import java.time.Duration;

/**
 * How long a stop to offer QEMU, pass by pass. It begins small and stays small while the passes shrink; when they no longer do, it
 * rises to what the last pass would have needed, and no further than the owner's limit. The forecast and the pilot share it, so
 * that what is foreseen is what is done.
 *
 * @param downtime the stop on offer
 * @param most the most that may ever be offered
 * @param smallest the least need that any pass has shown, or null before the second
 * @param stalled passes in a row that did not shrink
 */
record MigrationRamp(Duration downtime, Duration most, Duration smallest, int stalled) {
    /** A pass that is not at least this much smaller than the smallest before it counts as stalled. */
    private static final double SHRINKS = 0.85;
    /** Offer more than the need, for it is never the same twice. */
    private static final double MARGIN = 1.3;

    private static final int STALLED_BEFORE_RISE = 1;
    private static final int STALLED_BEFORE_END = 8;
    private static final Duration UNKNOWN = Duration.ofDays(1);

    static MigrationRamp start(MigrationLimits limits, Duration switchOver) {
        return new MigrationRamp(limits.firstDowntime(switchOver), limits.mostDowntime(switchOver), UNKNOWN, 0);
    }

    /** A pass begins whose bytes would take {@code need} with the VM standing still. */
    MigrationRamp passBegins(Duration need) {
        boolean shrinks = need.toNanos() < smallest.toNanos() * SHRINKS;
        Duration least = need.compareTo(smallest) < 0 ? need : smallest;
        int stuck = shrinks ? 0 : stalled + 1;
        if (stuck < STALLED_BEFORE_RISE) {
            return new MigrationRamp(downtime, most, least, stuck);
        }
        Duration wanted = Duration.ofNanos(Math.round(need.toNanos() * MARGIN));
        Duration offered = wanted.compareTo(most) > 0 ? most : wanted;
        return new MigrationRamp(offered.compareTo(downtime) > 0 ? offered : downtime, most, least, stuck);
    }

    /** All has been offered, and several passes in a row did not fit. */
    boolean isExhausted() {
        return stalled >= STALLED_BEFORE_END && downtime.compareTo(most) >= 0;
    }

    /** Passes have stopped to shrink and what they need is beyond what may be offered. */
    boolean isHopeless() {
        return stalled >= STALLED_BEFORE_RISE + 1 && smallest.compareTo(most) > 0;
    }
}
