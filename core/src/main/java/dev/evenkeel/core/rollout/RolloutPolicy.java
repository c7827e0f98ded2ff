package dev.evenkeel.core.rollout;

import dev.evenkeel.core.hostrun.RunPolicy;
import java.time.Duration;

/**
 * How a rollout goes about it.
 *
 * @param maxParallelHosts hosts in one wave, 1 to 1000
 * @param maxPerRack hosts of one rack disturbed at once, over all rollouts, 1 to 1000
 * @param maxFailedHosts how many hosts may fail before the gate stops the rollout, 0 or more
 * @param gatePatience how long a gate waits for fresh data before it stops the rollout
 * @param run limits of each host run
 */
public record RolloutPolicy(
        int maxParallelHosts, int maxPerRack, int maxFailedHosts, Duration gatePatience, RunPolicy run) {
    public static final RolloutPolicy DEFAULT = new RolloutPolicy(1, 1, 0, Duration.ofMinutes(5), RunPolicy.DEFAULT);

    public RolloutPolicy {
        between("maxParallelHosts", maxParallelHosts, 1, 1000);
        between("maxPerRack", maxPerRack, 1, 1000);
        between("maxFailedHosts", maxFailedHosts, 0, 1_000_000);
        if (gatePatience.isNegative() || gatePatience.isZero()) {
            throw new IllegalArgumentException("gatePatience is " + gatePatience + ": give more than zero");
        }
    }

    private static void between(String field, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(field + " is " + value + ": give " + least + " to " + most);
        }
    }
}
