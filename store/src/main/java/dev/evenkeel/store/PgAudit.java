package dev.evenkeel.store;

import dev.evenkeel.wire.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * The audit trail: every order, who gave it and why. It is only added to, and a change behind its back shows in {@link
 * #verify}. Safe for many threads and servers.
 */
public final class PgAudit {
    private static final int PAGE = 1000;

    private final Pool pool;

    PgAudit(Pool pool) {
        this.pool = pool;
    }

    private record Head(long sequence, String hash) {}

    /**
     * Where the trail is broken.
     *
     * @param sequence of the first entry that is missing or not what it was
     */
    public record Break(long sequence, String what) {}

    /** Adds an entry; it is durable when this returns. */
    public AuditEntry add(
            Instant at, String actor, String action, String subject, String why, Map<String, String> detail) {
        Instant kept = at.truncatedTo(ChronoUnit.MICROS);
        return pool.transaction(handle -> {
            Head head = head(handle, "FOR UPDATE");
            AuditEntry bare = new AuditEntry(
                    head.sequence() + 1,
                    kept,
                    clean(actor),
                    clean(action),
                    clean(subject),
                    clean(why),
                    clean(detail),
                    "");
            String hash = bare.hashAfter(head.hash());
            handle.createUpdate("""
                            INSERT INTO audit (sequence, at, actor, action, subject, why, detail, hash)
                            VALUES (:sequence, :at, :actor, :action, :subject, :why, CAST(:detail AS jsonb), :hash)
                            """)
                    .bind("sequence", bare.sequence())
                    .bind("at", Times.happened(bare.at()))
                    .bind("actor", bare.actor())
                    .bind("action", bare.action())
                    .bind("subject", bare.subject())
                    .bind("why", bare.why())
                    .bind("detail", Json.mapper().writeValueAsString(bare.detail()))
                    .bind("hash", hash)
                    .execute();
            handle.createUpdate("UPDATE audit_head SET sequence = :sequence, hash = :hash")
                    .bind("sequence", bare.sequence())
                    .bind("hash", hash)
                    .execute();
            return Pool.Verdict.keep(new AuditEntry(
                    bare.sequence(),
                    bare.at(),
                    bare.actor(),
                    bare.action(),
                    bare.subject(),
                    bare.why(),
                    bare.detail(),
                    hash));
        });
    }

    /** What PostgreSQL's text cannot hold is replaced before it is hashed, so that what is read back hashes the same. */
    private static String clean(String text) {
        return text.replace('\0', '\ufffd');
    }

    private static SortedMap<String, String> clean(Map<String, String> detail) {
        SortedMap<String, String> clean = new TreeMap<>();
        detail.forEach((name, value) -> clean.put(clean(name), clean(value)));
        return clean;
    }

    private static Head head(Handle handle, String lock) {
        return handle.createQuery("SELECT sequence, hash FROM audit_head " + lock)
                .map((row, context) -> new Head(row.getLong("sequence"), row.getString("hash")))
                .one();
    }

    /** Entries after a sequence number, oldest first. */
    public List<AuditEntry> after(long sequence, int limit) {
        return pool.alone(handle -> after(handle, sequence, limit));
    }

    private static List<AuditEntry> after(Handle handle, long sequence, int limit) {
        return handle.createQuery("SELECT * FROM audit WHERE sequence > :after ORDER BY sequence LIMIT :limit")
                .bind("after", sequence)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    private static AuditEntry read(ResultSet row) throws SQLException {
        SortedMap<String, String> detail = new TreeMap<>();
        Json.mapper()
                .readTree(row.getString("detail"))
                .forEachEntry((name, value) -> detail.put(name, value.asString()));
        return new AuditEntry(
                row.getLong("sequence"),
                Times.read(row, "at"),
                row.getString("actor"),
                row.getString("action"),
                row.getString("subject"),
                row.getString("why"),
                detail,
                row.getString("hash"));
    }

    /** Reads the whole trail and recomputes every digest. Empty when nothing was changed, taken out or cut off. */
    public Optional<Break> verify() {
        return pool.transaction(handle -> {
            Head head = head(handle, "FOR SHARE"); // nobody adds while we read
            Head reached = new Head(0, "");
            for (List<AuditEntry> page = after(handle, 0, PAGE);
                    !page.isEmpty();
                    page = after(handle, reached.sequence(), PAGE)) {
                for (AuditEntry entry : page) {
                    if (entry.sequence() != reached.sequence() + 1) {
                        return Pool.Verdict.undo(
                                Optional.of(new Break(reached.sequence() + 1, "the entry is missing")));
                    }
                    if (!entry.hash().equals(entry.hashAfter(reached.hash()))) {
                        return Pool.Verdict.undo(
                                Optional.of(new Break(entry.sequence(), "the entry is not what was written")));
                    }
                    reached = new Head(entry.sequence(), entry.hash());
                }
            }
            return Pool.Verdict.undo(
                    reached.equals(head)
                            ? Optional.empty()
                            : Optional.of(new Break(reached.sequence() + 1, "the trail was cut off here")));
        });
    }
}
