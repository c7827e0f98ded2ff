package dev.evenkeel.bench.demo;

import dev.evenkeel.lab.beat.Pulse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One row of the pause ledger beside what the collector outside saw of the same VM at the same time. All lengths in ms.
 *
 * @param stop how far the guest's clock fell behind: how long it did not run, seen from outside
 * @param ledgerStop the same by the ledger
 */
public record MoveSeen(
        String vm,
        String tenant,
        String method,
        String from,
        String to,
        @Nullable Long forecastStop,
        @Nullable Long stop,
        long ledgerStop,
        long gap,
        long normalGap,
        long total,
        Instant startedAt,
        Instant endedAt) {

    static MoveSeen of(JsonNode row, Pulse pulse) {
        Instant from = Instant.parse(row.get("startedAt").asString());
        Instant to = Instant.parse(row.get("endedAt").asString());
        return new MoveSeen(
                row.get("name").asString(),
                row.get("tenant").asString(),
                row.get("method").asString(),
                row.get("from").asString(),
                row.get("to").asString(),
                row.get("forecastStopMs").isNull()
                        ? null
                        : row.get("forecastStopMs").asLong(),
                pulse.stop(from, to).map(java.time.Duration::toMillis).orElse(null),
                row.get("stopMs").asLong(),
                pulse.gap(from, to).toMillis(),
                pulse.normalGap(from, to).toMillis(),
                row.get("totalMs").asLong(),
                from,
                to);
    }
}
