package dev.evenkeel.cli.command;

import dev.evenkeel.cli.watch.Wait;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether to stay until the end of what was ordered. */
final class WaitOptions {
    @Option(names = "--wait", description = "Stay until the end; the exit code says how it ended.")
    boolean stay;

    @Option(
            names = {"-w", "--watch"},
            description = "As --wait, and show what happens.")
    boolean watch;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Stop waiting after this long (exit code 7); what was started goes on.")
    @Nullable
    Duration timeout;

    Wait chosen() {
        return new Wait(stay || watch, watch, Optional.ofNullable(timeout));
    }
}
