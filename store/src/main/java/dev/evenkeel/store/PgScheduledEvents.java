package dev.evenkeel.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/** Scheduled events as they are told outside of VMs, and the log of their changes. Safe for many threads and servers. */
public final class PgScheduledEvents {
    /** How long a change can be read again. */
    public static final Duration KEPT = Duration.ofDays(28);

    private final Pool pool;

    PgScheduledEvents(Pool pool) {
        this.pool = pool;
    }

    /** An event that is not over, as it was last told; the body is JSON. */
    public record Open(String id, String shard, String body) {}

    /** What a look came to: changes in their order, events that are new or changed, ids of those that are over. */
    public record News(List<ScheduledEventChange> changes, List<Open> told, List<String> over) {}

    /** Those that are not over. */
    public List<Open> open() {
        return pool.alone(PgScheduledEvents::open);
    }

    private static List<Open> open(Handle handle) {
        return handle.createQuery("SELECT * FROM scheduled_event")
                .map((row, context) -> new Open(row.getString("id"), row.getString("shard"), row.getString("body")))
                .list();
    }

    /** Writes what has changed; whoever else does so at the same time waits, and sees it. */
    public void change(Function<List<Open>, News> look) {
        pool.transaction(handle -> {
            long sequence = handle.createQuery("SELECT last FROM scheduled_event_counter FOR UPDATE")
                    .mapTo(Long.class)
                    .one();
            News news = look.apply(open(handle));
            for (ScheduledEventChange change : news.changes()) {
                sequence++;
                handle.createUpdate("""
                                INSERT INTO scheduled_event_change (sequence, id, at, type, event, vm, tenant, body)
                                VALUES (:sequence, :id, :at, :type, :event, :vm, :tenant, :body)
                                """)
                        .bind("sequence", sequence)
                        .bind("id", change.id())
                        .bind("at", Times.happened(change.at()))
                        .bind("type", change.type())
                        .bind("event", change.event())
                        .bind("vm", change.vm())
                        .bind("tenant", change.tenant())
                        .bind("body", change.body())
                        .execute();
            }
            for (String id : news.over()) {
                handle.execute("DELETE FROM scheduled_event WHERE id = ?", id);
            }
            for (Open told : news.told()) {
                handle.createUpdate("""
                                INSERT INTO scheduled_event (id, shard, body) VALUES (:id, :shard, :body)
                                ON CONFLICT (id) DO UPDATE SET shard = EXCLUDED.shard, body = EXCLUDED.body
                                """)
                        .bind("id", told.id())
                        .bind("shard", told.shard())
                        .bind("body", told.body())
                        .execute();
            }
            handle.execute("UPDATE scheduled_event_counter SET last = ?", sequence);
            return Pool.Verdict.keep(sequence);
        });
    }

    /** The sequence of the newest change, 0 before the first. */
    public long newest() {
        return pool.alone(handle -> handle.createQuery("SELECT last FROM scheduled_event_counter")
                .mapTo(Long.class)
                .one());
    }

    /** The changes after a sequence, oldest first. */
    public List<ScheduledEventChange> after(long sequence, int limit) {
        return pool.alone(handle -> after(handle, sequence, limit));
    }

    static List<ScheduledEventChange> after(Handle handle, long sequence, int limit) {
        return handle.createQuery(
                        "SELECT * FROM scheduled_event_change WHERE sequence > :after ORDER BY sequence LIMIT :limit")
                .bind("after", sequence)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list();
    }

    private static ScheduledEventChange read(ResultSet row) throws SQLException {
        return new ScheduledEventChange(
                row.getLong("sequence"),
                row.getString("id"),
                Times.read(row, "at"),
                row.getString("type"),
                row.getString("event"),
                row.getString("vm"),
                row.getString("tenant"),
                row.getString("body"));
    }

    /** Forgets what is older than {@link #KEPT} and was handed to every webhook. */
    void sweep() {
        pool.alone(handle ->
                handle.createUpdate("""
                        DELETE FROM scheduled_event_change
                        WHERE at < clock_timestamp() - make_interval(secs => :kept)
                          AND sequence <= (SELECT coalesce(min(seen), 9223372036854775807) FROM webhook)
                        """).bind("kept", Times.seconds(KEPT)).execute());
    }
}
