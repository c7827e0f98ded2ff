package dev.evenkeel.lab;

import java.io.PrintStream;
import java.time.Duration;

/** Where the lab says what it is doing, one line at a time. */
@FunctionalInterface
public interface Progress {
    void step(String what);

    /** Says nothing. */
    static Progress silent() {
        return _ -> {};
    }

    /** Prints each step with the seconds since this call. */
    static Progress on(PrintStream out) {
        long start = System.nanoTime();
        return what -> out.printf(
                "%6.1fs  %s%n", Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0, what);
    }
}
