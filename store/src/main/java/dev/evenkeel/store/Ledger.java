package dev.evenkeel.store;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.fleet.TenantId;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

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
                          AND (CAST(:tenants AS text[]) IS NULL OR tenant = ANY (CAST(:tenants AS text[])))
                        ORDER BY sequence DESC LIMIT :limit
                        """)
                .bind("vm", query.vm() == null ? null : query.vm().value())
                .bind("run", query.run() == null ? null : query.run().value())
                .bindByType("tenants", tenants(query), String[].class)
                .bind("limit", query.limit())
                .map((row, context) -> Codec.LEDGER_ENTRY.read(row.getString("entry")))
                .list();
    }

    private static String @Nullable [] tenants(LedgerQuery query) {
        return query.tenants() == null
                ? null
                : query.tenants().stream().map(TenantId::value).toArray(String[]::new);
    }
}
