package dev.evenkeel.store;

import dev.evenkeel.store.Delivery.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What webhooks are to be told, were told, and could not be told. Safe for many threads and servers. */
public final class PgDeliveries {
    /** How long one that arrived can be looked at and replayed. */
    public static final Duration DELIVERED_KEPT = Duration.ofDays(7);
    /** How long one that is dead can. */
    public static final Duration DEAD_KEPT = Duration.ofDays(28);

    private final Pool pool;

    PgDeliveries(Pool pool) {
        this.pool = pool;
    }

    /**
     * What an attempt came to.
     *
     * @param status of the answer, or null where none came
     * @param answer for people
     * @param again after how long it is tried once more, while it waits
     */
    public record Attempt(State state, @Nullable Integer status, String answer, Duration again) {}

    /** The one to be tried next. */
    public Optional<Delivery> next(String webhook) {
        return pool.alone(
                handle -> handle.createQuery("SELECT d.* FROM webhook_delivery d WHERE d.webhook = :webhook AND "
                                + Deliveries.DUE + " ORDER BY d.next_at, d.number LIMIT 1")
                        .bind("webhook", webhook)
                        .map((row, context) -> read(row))
                        .findFirst());
    }

    /** Notes an attempt, unless the delivery is settled already. */
    public void tried(String webhook, long number, Attempt attempt) {
        pool.alone(handle -> handle.createUpdate("""
                        UPDATE webhook_delivery
                        SET state = :state, attempts = attempts + 1, status = :status, answer = :answer,
                            tried_at = clock_timestamp(),
                            next_at = clock_timestamp() + make_interval(secs => :again),
                            settled_at = CASE WHEN :state = 'WAITING' THEN NULL ELSE clock_timestamp() END
                        WHERE webhook = :webhook AND number = :number AND state = 'WAITING'
                        """)
                .bind("webhook", webhook)
                .bind("number", number)
                .bind("state", attempt.state().name())
                .bind("status", attempt.status())
                .bind("answer", attempt.answer())
                .bind("again", Times.seconds(attempt.again()))
                .execute());
    }

    /** Adds one that no change stands behind. */
    public void add(Webhook webhook, Delivery.Draft draft) {
        pool.transaction(handle -> {
            if (PgWebhooks.lock(handle, webhook.id())) {
                Deliveries.add(handle, webhook, List.of(draft), webhook.disabledWhy());
            }
            return Pool.Verdict.keep(draft);
        });
    }

    public Optional<Delivery> find(String webhook, String id) {
        return pool.alone(
                handle -> handle.createQuery("SELECT * FROM webhook_delivery WHERE webhook = :webhook AND id = :id")
                        .bind("webhook", webhook)
                        .bind("id", id)
                        .map((row, context) -> read(row))
                        .findFirst());
    }

    /**
     * A webhook's, newest first.
     *
     * @param before only those with a smaller number, or null
     */
    public List<Delivery> list(String webhook, @Nullable State state, @Nullable Long before, int limit) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT * FROM webhook_delivery
                        WHERE webhook = :webhook AND (CAST(:state AS text) IS NULL OR state = :state)
                          AND (CAST(:before AS bigint) IS NULL OR number < :before)
                        ORDER BY number DESC LIMIT :limit
                        """)
                .bind("webhook", webhook)
                .bind("state", state == null ? null : state.name())
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list());
    }

    /**
     * Lets settled ones be delivered anew, at once and with all attempts before them.
     *
     * @param id that one; or null
     * @param since all that were made from then on; or null: with neither, those that are dead
     * @return how many
     */
    public int replay(String webhook, @Nullable String id, @Nullable Instant since) {
        return pool.alone(handle -> handle.createUpdate("""
                        UPDATE webhook_delivery
                        SET state = 'WAITING', attempts = 0, next_at = clock_timestamp(), settled_at = NULL
                        WHERE webhook = :webhook AND state <> 'WAITING'
                          AND CASE WHEN CAST(:id AS text) IS NOT NULL THEN id = :id
                                   WHEN CAST(:since AS timestamptz) IS NOT NULL THEN created_at >= :since
                                   ELSE state = 'DEAD' END
                        """)
                .bind("webhook", webhook)
                .bind("id", id)
                .bind("since", since == null ? null : Times.happened(since))
                .execute());
    }

    /** How many there are in each state. */
    public Map<State, Long> counts() {
        Map<State, Long> counts = new EnumMap<>(State.class);
        for (State state : State.values()) {
            counts.put(state, 0L);
        }
        pool.alone(handle -> handle.createQuery("SELECT state, count(*) AS many FROM webhook_delivery GROUP BY state")
                .map((row, context) -> counts.put(State.valueOf(row.getString("state")), row.getLong("many")))
                .list());
        return counts;
    }

    /** Forgets what was kept for long enough. */
    void sweep() {
        pool.alone(handle -> handle.createUpdate("""
                        DELETE FROM webhook_delivery
                        WHERE state <> 'WAITING' AND settled_at < clock_timestamp() - make_interval(
                            secs => CASE WHEN state = 'DEAD' THEN :dead ELSE :delivered END)
                        """)
                .bind("dead", Times.seconds(DEAD_KEPT))
                .bind("delivered", Times.seconds(DELIVERED_KEPT))
                .execute());
    }

    private static Delivery read(ResultSet row) throws SQLException {
        OffsetDateTime tried = row.getObject("tried_at", OffsetDateTime.class);
        return new Delivery(
                row.getLong("number"),
                row.getString("id"),
                row.getString("type"),
                row.getString("event"),
                row.getString("body"),
                State.valueOf(row.getString("state")),
                row.getInt("attempts"),
                row.getObject("status", Integer.class),
                row.getString("answer"),
                Times.read(row, "created_at"),
                tried == null ? null : tried.toInstant(),
                Times.read(row, "next_at"));
    }
}
