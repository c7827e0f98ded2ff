package dev.evenkeel.core.hostrun;

import java.time.Duration;

/**
 * Limits of one host run.
 *
 * @param parallelMoves how many VMs of the host move at once, 1 to 16
 * @param moveAttempts how often a move is tried before its VM counts as stuck, 1 to 10
 * @param reserve how long to wait for budgets before the run is refused
 * @param drain how long emptying may take in all
 * @param move how long one move may take
 * @param change how long applying, verifying and undoing may each take before a person is asked
 */
public record RunPolicy(
        int parallelMoves, int moveAttempts, Duration reserve, Duration drain, Duration move, Duration change) {
    public static final RunPolicy DEFAULT = new RunPolicy(
            2, 3, Duration.ofHours(1), Duration.ofHours(2), Duration.ofMinutes(20), Duration.ofMinutes(30));

    public RunPolicy {
        between("parallelMoves", parallelMoves, 1, 16);
        between("moveAttempts", moveAttempts, 1, 10);
        positive("reserve", reserve);
        positive("drain", drain);
        positive("move", move);
        positive("change", change);
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
