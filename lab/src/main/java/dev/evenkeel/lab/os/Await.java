package dev.evenkeel.lab.os;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waiting for something that the machine does not announce. */
public final class Await {
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private Await() {}

    /** A question to the machine. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException;
    }

    /** Looks forty times a second until the condition holds (true) or the limit has passed (false). */
    public static boolean until(Duration limit, Condition condition) throws IOException {
        return until(limit, LOOK_EVERY, condition);
    }

    /** Looks again after each such pause until the condition holds (true) or the limit has passed (false). */
    public static boolean until(Duration limit, Duration pause, Condition condition) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            LockSupport.parkNanos(pause.toNanos());
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting");
            }
        }
        return true;
    }
}
