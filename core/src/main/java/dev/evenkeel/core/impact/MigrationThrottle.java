package dev.evenkeel.core.impact;

import java.time.Duration;

/**
 * How far a guest may be held back. QEMU lets a virtual CPU run for 10 ms, then makes it sleep for {@code 10 ms * p / (1 - p)}
 * (softmmu/cpu-throttle.c): 4 ms at 30 %, 23 ms at 70 %, but 90 ms at 90 % and 990 ms at 99 %, where auto-converge ends up by itself.
 * A guest's own work then needs several such slices, so its owner sees gaps of many sleeps.
 */
public final class MigrationThrottle {
    private static final double SLICE_SECONDS = 0.010;
    /** Slices that a short piece of work in the guest may span, with the CPU shared by its other threads. */
    private static final int SLICES_PER_GAP = 8;

    private static final int NEVER_MORE_THAN = 70;

    private MigrationThrottle() {}

    /** The highest throttle, in per cent, whose gaps stay within a pause; 0 when even the mildest would not. */
    static int most(Duration maxPause) {
        int percent = NEVER_MORE_THAN;
        while (percent > 0 && gap(percent).compareTo(maxPause) > 0) {
            percent -= 10;
        }
        return percent;
    }

    /** The longest time that a guest's short piece of work may be held up, at a throttle in per cent from 0 to 99. */
    public static Duration gap(int percent) {
        double part = percent / 100.0;
        return MigrationModel.ofSeconds(SLICES_PER_GAP * SLICE_SECONDS * part / (1 - part));
    }
}
