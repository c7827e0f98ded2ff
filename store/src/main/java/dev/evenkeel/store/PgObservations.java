package dev.evenkeel.store;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.wire.Json;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What observers outside measured of VMs, put beside the pause ledger. Safe for many threads. */
public final class PgObservations {
    private final Pool pool;

    PgObservations(Pool pool) {
        this.pool = pool;
    }

    public void add(Observation observation) {
        pool.alone(handle -> handle.createUpdate("""
                        INSERT INTO observation (vm, seen_from, seen_to, observation)
                        VALUES (:vm, :from, :to, CAST(:observation AS jsonb))
                        """)
                .bind("vm", observation.vm().value())
                .bind("from", Times.happened(observation.from()))
                .bind("to", Times.happened(observation.to()))
                .bind("observation", Json.mapper().writeValueAsString(observation))
                .execute());
    }

    /** For each ledger entry that an observation of its VM overlaps, the one that came last. */
    public Map<LedgerEntry, Observation> of(List<LedgerEntry> entries) {
        if (entries.isEmpty()) {
            return Map.of();
        }
        Instant first = entries.stream()
                .map(LedgerEntry::startedAt)
                .min(Instant::compareTo)
                .orElseThrow();
        Instant last = entries.stream()
                .map(LedgerEntry::endedAt)
                .max(Instant::compareTo)
                .orElseThrow();
        List<Observation> observations = pool.alone(handle -> handle.createQuery("""
                        SELECT observation FROM observation
                        WHERE vm = ANY(:vms) AND seen_from <= :last AND seen_to >= :first
                        ORDER BY sequence
                        """)
                .bindArray(
                        "vms",
                        String.class,
                        entries.stream().map(e -> e.vm().value()).distinct().toArray())
                .bind("first", Times.happened(first))
                .bind("last", Times.happened(last))
                .map((row, context) -> Json.mapper().readValue(row.getString("observation"), Observation.class))
                .list());
        Map<LedgerEntry, Observation> found = new HashMap<>();
        for (LedgerEntry entry : entries) {
            for (Observation seen : observations) {
                if (seen.vm().equals(entry.vm()) && seen.overlaps(entry.startedAt(), entry.endedAt())) {
                    found.put(entry, seen);
                }
            }
        }
        return found;
    }
}
