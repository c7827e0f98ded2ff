package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for a condition that nobody announces. */
public final class Waiting {
    private static final Duration STEP = Duration.ofMillis(100);

    /** A question to the outside world. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException;
    }

    private Waiting() {}

    /** Asks ten times a second; false when the limit passed before the condition held. */
    public static boolean until(Duration limit, Condition condition) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!condition.holds()) {
                if (System.nanoTime() - deadline >= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting");
        }
    }
}
