package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a live migration may cost.
 *
 * @param maxPause the longest stop the owner accepts, more than zero
 * @param postCopy both hosts can finish by post-copy and the owner lets them, knowing that a lost link then loses the VM
 * @param throttle the guest may be held back for a while so that its memory converges
 * @param bandwidth cap on the stream in bytes per second, or null for none
 * @param deadline give the move up after this long
 */
public record MigrationLimits(
        Duration maxPause,
        boolean postCopy,
        boolean throttle,
        @Nullable Bytes bandwidth,
        Duration deadline) {
    /**
     * The stop that QEMU is first asked for. Its default of 300 ms is taken up whenever it is offered, although the same VM
     * would have converged to a tenth of it a moment later; measured, 10 to 20 ms cost nothing in total time.
     */
    static final Duration FIRST_DOWNTIME = Duration.ofMillis(20);

    /** A limit on what may be planned, below maxPause: the estimate of the last bytes' speed can be off by a third. */
    private static final double SAFETY = 0.7;

    public MigrationLimits {
        if (maxPause.isNegative() || maxPause.isZero()) {
            throw new IllegalArgumentException("maxPause must be more than zero: " + maxPause);
        }
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline must be more than zero: " + deadline);
        }
        if (bandwidth != null && bandwidth.value() <= 0) {
            throw new IllegalArgumentException("bandwidth must be more than zero, or null for no cap");
        }
    }

    /** The most that may be spent on memory while the VM stands still; never less than a millisecond. */
    Duration mostDowntime(Duration switchOver) {
        Duration most = MigrationModel.ofSeconds(MigrationModel.seconds(maxPause) * SAFETY)
                .minus(switchOver);
        return most.compareTo(Duration.ofMillis(1)) < 0 ? Duration.ofMillis(1) : most;
    }

    /** The stop to begin with. */
    Duration firstDowntime(Duration switchOver) {
        Duration most = mostDowntime(switchOver);
        return most.compareTo(FIRST_DOWNTIME) < 0 ? most : FIRST_DOWNTIME;
    }
}
