package dev.evenkeel.store;

import dev.evenkeel.wire.link.VmDocument;
import java.util.List;

/** What VMs were last told inside, with the number of each change. Safe for many threads and servers. */
public final class PgVmDocuments {
    private final Pool pool;

    PgVmDocuments(Pool pool) {
        this.pool = pool;
    }

    /** One for each VM that was ever told anything. */
    public List<VmDocument> all() {
        return pool.alone(handle -> handle.createQuery("SELECT document FROM vm_document ORDER BY vm")
                .map((row, context) -> Codec.VM_DOCUMENT.read(row.getString("document")))
                .list());
    }

    /**
     * Puts a VM's next document in the place of the one whose incarnation is one less.
     *
     * @return false when another is there: somebody else has changed it since it was read
     */
    public boolean put(VmDocument next) {
        return pool.alone(handle -> handle.createUpdate("""
                        INSERT INTO vm_document (vm, incarnation, document)
                        VALUES (:vm, :incarnation, CAST(:document AS jsonb))
                        ON CONFLICT (vm) DO UPDATE
                        SET incarnation = EXCLUDED.incarnation, document = EXCLUDED.document, changed_at = clock_timestamp()
                        WHERE vm_document.incarnation = EXCLUDED.incarnation - 1
                        """)
                        .bind("vm", next.vm().value())
                        .bind("incarnation", next.incarnation())
                        .bind("document", Codec.VM_DOCUMENT.write(next))
                        .execute()
                == 1);
    }
}
