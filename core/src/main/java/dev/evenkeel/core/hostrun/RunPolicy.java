package dev.evenkeel.core.hostrun;

import java.time.Duration;

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
 */
public record RunPolicy(
        int parallelMoves,
        int moveAttempts,
        Duration reserve,
        Duration drain,
        Duration move,
        Duration change,
        Duration stop) {
    /** Twice what a Linux guest gives its services to stop, and some. */
    private static final Duration STOP = Duration.ofMinutes(5);

    public static final RunPolicy DEFAULT = new RunPolicy(
            2, 3, Duration.ofHours(1), Duration.ofHours(2), Duration.ofMinutes(20), Duration.ofMinutes(30), STOP);

    public RunPolicy {
        stop = stop == null ? STOP : stop; // a run that was stored before this limit was known
        between("parallelMoves", parallelMoves, 1, 16);
        between("moveAttempts", moveAttempts, 1, 10);
        positive("reserve", reserve);
        positive("drain", drain);
        positive("move", move);
        positive("change", change);
        positive("stop", stop);
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
