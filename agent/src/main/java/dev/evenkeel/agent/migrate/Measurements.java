package dev.evenkeel.agent.migrate;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.impact.MigrationForecast;
import dev.evenkeel.core.impact.MigrationLoad;
import dev.evenkeel.core.impact.MigrationMeasured;
import dev.evenkeel.core.impact.MigrationModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a completed move took, as both daemons account for it.
 *
 * @param stop how long the VM did not run: by its own clock against the host's, else by QEMU's account
 * @param stopByEvents the same from the notices of suspension here and resumption there, as they arrived; empty when one is missing
 * @param total from the order until the VM runs there, its clock is right and both ends are cleaned up
 * @param forecast what was foreseen just before it began; empty after a restart of the agent in between
 * @param load what it was foreseen from
 * @param measured the same numbers in the words that the model learns from
 * @param clock what was done about the guest's clock
 * @param notes what a person should know, such as a file that could not be removed
 */
public record Measurements(
        Duration stop,
        Optional<Duration> stopByEvents,
        Duration total,
        Bytes transferred,
        int passes,
        boolean postCopy,
        Instant startedAt,
        Optional<MigrationForecast> forecast,
        Optional<MigrationLoad> load,
        MigrationMeasured measured,
        GuestClock clock,
        List<String> notes) {
    public Measurements {
        notes = List.copyOf(notes);
    }

    /** What the model has learned with this move; the same when it was not foreseen. */
    public MigrationModel learned(MigrationModel before) {
        return forecast.flatMap(f -> load.map(l -> f.learn(before, l, measured)))
                .orElse(before);
    }
}
