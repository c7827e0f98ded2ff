package dev.evenkeel.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before dialling again: exponential with full jitter, so that a thousand agents whose server came back
 * do not arrive together (AWS Architecture Blog, "Exponential Backoff And Jitter"). Not thread-safe.
 */
final class Backoff {
    private final Duration first;
    private final Duration most;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration most, RandomGenerator random) {
        this.first = first;
        this.most = most;
        this.random = random;
    }

    /** The pause after one more failure: between nothing and the limit that doubles with each. */
    Duration afterFailure() {
        long limit = Math.min(most.toMillis(), first.toMillis() << Math.min(failures, 20));
        failures++;
        return Duration.ofMillis(random.nextLong(limit + 1));
    }

    int failures() {
        return failures;
    }

    void succeeded() {
        failures = 0;
    }
}
