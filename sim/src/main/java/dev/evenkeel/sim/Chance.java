package dev.evenkeel.sim;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** All randomness of one simulation, from one seed. */
final class Chance {
    private final SplittableRandom random;

    Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** From {@code least} to {@code most}, both included. */
    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    Duration between(Duration least, Duration most) {
        return Duration.ofMillis(random.nextLong(least.toMillis(), most.toMillis() + 1));
    }

    /** Exponentially distributed around {@code mean}, at least a millisecond. */
    Duration around(Duration mean) {
        double millis = -Math.log(1 - random.nextDouble()) * mean.toMillis();
        return Duration.ofMillis(1 + (long) millis);
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
