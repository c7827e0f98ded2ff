package dev.evenkeel.core.hostrun;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of one host run.
 *
 * @param parallelMoves how many VMs of the host move, or are handed over, at once, 1 to 16
 * @param moveAttempts how often a move or a hand-over is tried before its VM counts as stuck, 1 to 10
 * @param reserve how long to wait for budgets before the run is refused
 * @param drain how long emptying may take in all
 * @param move how long one move may take
 * @param change how long applying, verifying and undoing may each take before a person is asked
 * @param stop how long a guest may take to go down where its owner lets it be restarted; one that takes longer is left
 *     running and its host keeps what it has
 * @param leastNotice how long a VM that wants notice is told before at least, or null for what the kind of event demands
 * @param selfService how long owners may choose when a VM is restarted that can be treated in no gentler way
 */
public record RunPolicy(
        int parallelMoves,
        int moveAttempts,
        Duration reserve,
        Duration drain,
        Duration move,
        Duration change,
        Duration stop,
        @Nullable Duration leastNotice,
        Duration selfService) {
    /** Twice what a Linux guest gives its services to stop, and some. */
    private static final Duration STOP = Duration.ofMinutes(5);

    /** About a month, in whole weeks. */
    private static final Duration SELF_SERVICE = Duration.ofDays(28);

    public static final RunPolicy DEFAULT = new RunPolicy(
            2,
            3,
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofMinutes(20),
            Duration.ofMinutes(30),
            STOP,
            null,
            SELF_SERVICE);

    public RunPolicy {
        // null in a run that was stored before these limits were known
        stop = stop == null ? STOP : stop;
        selfService = selfService == null ? SELF_SERVICE : selfService;
        between("parallelMoves", parallelMoves, 1, 16);
        between("moveAttempts", moveAttempts, 1, 10);
        positive("reserve", reserve);
        positive("drain", drain);
        positive("move", move);
        positive("change", change);
        positive("stop", stop);
        positive("selfService", selfService);
        if (leastNotice != null) {
            positive("leastNotice", leastNotice);
        }
    }

    private static void between(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " is " + value + ": give " + least + " to " + most);
        }
    }

    private static void positive(String field, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(field + " is " + value + ": give more than zero");
        }
    }
}
