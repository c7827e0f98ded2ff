package dev.evenkeel.store;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The pause ledger as rows. */
record Ledger(Handle handle) {

    void add(List<LedgerEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        var batch = handle.prepareBatch("""
                INSERT INTO ledger (ended_at, effect, run, vm, tenant, entry)
                VALUES (:ended_at, :effect, :run, :vm, :tenant, CAST(:entry AS jsonb))
                """);
        for (LedgerEntry entry : entries) {
            batch.bind("ended_at", Times.happened(entry.endedAt()))
                    .bind("effect", entry.effect().value())
                    .bind("run", entry.run().value())
                    .bind("vm", entry.vm().value())
                    .bind("tenant", entry.tenant().value())
                    .bind("entry", Codec.LEDGER_ENTRY.write(entry))
                    .add();
        }
        batch.execute();
    }

    List<LedgerEntry> matching(LedgerQuery query) {
        return handle.createQuery("""
                        SELECT entry FROM ledger
                        WHERE (CAST(:vm AS text) IS NULL OR vm = :vm)
                          AND (CAST(:run AS text) IS NULL OR run = :run)
                          AND (CAST(:tenant AS text) IS NULL OR tenant = :tenant)
                        ORDER BY sequence DESC LIMIT :limit
                        """)
                .bind("vm", query.vm() == null ? null : query.vm().value())
                .bind("run", query.run() == null ? null : query.run().value())
                .bind("tenant", query.tenant())
                .bind("limit", query.limit())
                .map((row, context) -> Codec.LEDGER_ENTRY.read(row.getString("entry")))
                .list();
    }
}
