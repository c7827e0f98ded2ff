package dev.evenkeel.it;

import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where tests on the lab keep what they make: costly caches stay for the next time, labs do not. */
final class TestState {
    /**
     * Time between the heartbeats of VMs whose stops nobody measures: each beat of an emulated guest takes a millisecond of CPU, and
     * two labs of them share two CPUs.
     */
    static final Duration CALM = Duration.ofMillis(50);

    private TestState() {}

    /** {@code EVENKEEL_TEST_STATE}, else {@code target/state} of this module. */
    static Path directory() {
        return Path.of(Optional.ofNullable(System.getenv("EVENKEEL_TEST_STATE")).orElse("target/state"))
                .toAbsolutePath();
    }

    /**
     * The name of a test's lab, another for each state directory: one that a killed run of the tests left behind elsewhere is in
     * nobody's way.
     *
     * @param test up to six letters that no other test's lab begins with
     */
    static String lab(String test) {
        return "%.6s%04x".formatted(test, directory().hashCode() & 0xffff);
    }

    static boolean root() throws IOException {
        return Command.of("id", "-u").check().strip().equals("0");
    }
}
