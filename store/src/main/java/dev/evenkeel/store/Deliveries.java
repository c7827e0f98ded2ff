package dev.evenkeel.store;

import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of deliveries, as more than one class writes them. */
final class Deliveries {
    /** A delivery {@code d} that may be tried now: nothing earlier about the same event waits. */
    static final String DUE = """
            d.state = 'WAITING' AND d.next_at <= clock_timestamp() AND NOT EXISTS (
                SELECT 1 FROM webhook_delivery e
                WHERE e.webhook = d.webhook AND e.event = d.event AND e.number < d.number AND e.state = 'WAITING')
            """;

    private Deliveries() {}

    /** Numbers and adds them; those of a webhook that is not enabled are dead. The webhook's row is locked. */
    static void add(Handle handle, Webhook webhook, List<Delivery.Draft> drafts, @Nullable String whyDead) {
        for (Delivery.Draft draft : drafts) {
            handle.createUpdate("""
                            WITH numbered AS (
                                UPDATE webhook SET numbered = numbered + 1 WHERE id = :webhook RETURNING numbered)
                            INSERT INTO webhook_delivery (webhook, number, id, type, event, body, state, answer, settled_at)
                            SELECT :webhook, numbered, :id, :type, :event, :body,
                                   CASE WHEN :enabled THEN 'WAITING' ELSE 'DEAD' END,
                                   CASE WHEN :enabled THEN NULL ELSE :why END,
                                   CASE WHEN :enabled THEN NULL ELSE clock_timestamp() END
                            FROM numbered
                            ON CONFLICT (webhook, id) DO NOTHING
                            """)
                    .bind("webhook", webhook.id())
                    .bind("id", draft.id())
                    .bind("type", draft.type())
                    .bind("event", draft.event())
                    .bind("body", draft.body())
                    .bind("enabled", webhook.enabled())
                    .bind("why", whyDead)
                    .execute();
        }
    }
}
