package dev.evenkeel.store;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.wire.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Webhooks, and which server serves which of them just now. The database's clock decides how long a server has one. Safe for
 * many threads and servers.
 */
public final class PgWebhooks {
    private static final String DISABLED = "the webhook is disabled: ";

    private final Pool pool;

    PgWebhooks(Pool pool) {
        this.pool = pool;
    }

    /** Keeps a new webhook, which is told of what comes from now on. The same id again, of a repeated order, gets the secret. */
    public Webhook add(
            String id,
            @Nullable TenantId tenant,
            String url,
            List<String> types,
            String secret,
            boolean on,
            String by) {
        return pool.alone(handle -> handle.createQuery("""
                        INSERT INTO webhook (id, tenant, url, types, secret, enabled, disabled_why, created_by, seen)
                        SELECT :id, :tenant, :url, CAST(:types AS jsonb), :secret, :enabled,
                               CASE WHEN :enabled THEN NULL ELSE 'it was made so' END, :by, last
                        FROM scheduled_event_counter
                        ON CONFLICT (id) DO UPDATE SET secret = EXCLUDED.secret
                        RETURNING *
                        """)
                .bind("id", id)
                .bind("tenant", tenant == null ? null : tenant.value())
                .bind("url", url)
                .bind("types", Json.mapper().writeValueAsString(types))
                .bind("secret", secret)
                .bind("enabled", on)
                .bind("by", by)
                .map((row, context) -> read(row))
                .one());
    }

    /** All of them, by id. */
    public List<Webhook> all() {
        return pool.alone(handle -> handle.createQuery("SELECT * FROM webhook ORDER BY id")
                .map((row, context) -> read(row))
                .list());
    }

    public Optional<Webhook> find(String id) {
        return pool.alone(handle -> handle.createQuery("SELECT * FROM webhook WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> read(row))
                .findFirst());
    }

    /** Forgets one and its deliveries; false when there is none of this id. */
    public boolean remove(String id) {
        return pool.alone(handle -> handle.execute("DELETE FROM webhook WHERE id = ?", id)) == 1;
    }

    /** Lets it be told again of what comes; what it missed is to be replayed. */
    public void enable(String id) {
        pool.alone(handle -> handle.execute("UPDATE webhook SET enabled = true, disabled_why = NULL WHERE id = ?", id));
    }

    /** Tells it no more. What waits is dead, as is what comes meanwhile, until it is replayed. */
    public void disable(String id, String why) {
        pool.transaction(handle -> {
            handle.execute("UPDATE webhook SET enabled = false, disabled_why = ? WHERE id = ? AND enabled", why, id);
            return Pool.Verdict.keep(handle.createUpdate("""
                            UPDATE webhook_delivery SET state = 'DEAD', answer = :why, settled_at = clock_timestamp()
                            WHERE webhook = :id AND state = 'WAITING'
                            """)
                    .bind("why", DISABLED + why)
                    .bind("id", id)
                    .execute());
        });
    }

    /** Webhooks that have not been given all changes. */
    public List<String> behind() {
        return pool.alone(handle -> handle.createQuery(
                        "SELECT id FROM webhook WHERE seen < (SELECT last FROM scheduled_event_counter) ORDER BY id")
                .mapTo(String.class)
                .list());
    }

    /**
     * Makes deliveries of the next changes and remembers how far it came, both or neither.
     *
     * @param body what the webhook is told of a change, or nothing when it is not its business
     * @return whether there may be more
     */
    public boolean enqueue(String id, int most, BiFunction<Webhook, ScheduledEventChange, Optional<String>> body) {
        return pool.transaction(handle -> {
            Optional<Cursor> cursor = handle.createQuery("SELECT * FROM webhook WHERE id = :id FOR UPDATE")
                    .bind("id", id)
                    .map((row, context) -> new Cursor(read(row), row.getLong("seen")))
                    .findFirst();
            if (cursor.isEmpty()) {
                return Pool.Verdict.undo(false);
            }
            Webhook webhook = cursor.get().webhook();
            List<ScheduledEventChange> changes =
                    PgScheduledEvents.after(handle, cursor.get().seen(), most);
            List<Delivery.Draft> drafts = changes.stream()
                    .flatMap(change -> body.apply(webhook, change).stream()
                            .map(text -> new Delivery.Draft(change.id(), change.type(), change.event(), text)))
                    .toList();
            Deliveries.add(handle, webhook, drafts, DISABLED + webhook.disabledWhy());
            if (!changes.isEmpty()) {
                handle.execute(
                        "UPDATE webhook SET seen = ? WHERE id = ?",
                        changes.getLast().sequence(),
                        id);
            }
            return Pool.Verdict.keep(changes.size() == most);
        });
    }

    private record Cursor(Webhook webhook, long seen) {}

    /** Webhooks to which something is due and that no server serves; whoever was not served for longest first. */
    public List<Webhook> ready(int most) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT * FROM webhook
                        WHERE enabled AND held_until <= clock_timestamp() AND EXISTS (
                            SELECT 1 FROM webhook_delivery d WHERE d.webhook = webhook.id AND %s)
                        ORDER BY served_at, id LIMIT :most
                        """.formatted(Deliveries.DUE))
                .bind("most", most)
                .map((row, context) -> read(row))
                .list());
    }

    /** Takes a webhook, or keeps it, for so long; false when another server has it. */
    public boolean hold(String id, String holder, Duration ttl) {
        return pool.alone(handle -> handle.createUpdate("""
                        UPDATE webhook
                        SET holder = :holder, served_at = clock_timestamp(),
                            held_until = clock_timestamp() + make_interval(secs => :ttl)
                        WHERE id = :id AND enabled AND (holder = :holder OR held_until <= clock_timestamp())
                        """)
                        .bind("id", id)
                        .bind("holder", holder)
                        .bind("ttl", Times.seconds(ttl))
                        .execute()
                == 1);
    }

    /** Gives a webhook back. */
    public void release(String id, String holder) {
        pool.alone(handle -> handle.execute(
                "UPDATE webhook SET holder = NULL, held_until = '-infinity' WHERE id = ? AND holder = ?", id, holder));
    }

    private static Webhook read(ResultSet row) throws SQLException {
        String tenant = row.getString("tenant");
        return new Webhook(
                row.getString("id"),
                tenant == null ? null : new TenantId(tenant),
                row.getString("url"),
                Arrays.asList(Json.mapper().readValue(row.getString("types"), String[].class)),
                row.getString("secret"),
                row.getBoolean("enabled"),
                row.getString("disabled_why"),
                Times.read(row, "created_at"),
                row.getString("created_by"));
    }

    static boolean lock(Handle handle, String id) {
        return handle.createQuery("SELECT true FROM webhook WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .mapTo(Boolean.class)
                .findFirst()
                .isPresent();
    }
}
