package dev.evenkeel.agent.hotpatch.jvm;

import java.time.Duration;

/**
 * How long a JVM is waited for.
 *
 * @param visit from attaching to the answer; longer than {@code check}, which may run twice in it
 * @param check one run of a patch's check
 */
public record Limits(Duration visit, Duration check) {
    public static final Limits USUAL = new Limits(Duration.ofSeconds(30), Duration.ofSeconds(5));
}
