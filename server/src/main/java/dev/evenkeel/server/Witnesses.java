package dev.evenkeel.server;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.server.observe.Metrics;
import dev.evenkeel.server.webhook.Courier;
import dev.evenkeel.store.PgAudit;
import dev.evenkeel.store.Webhook;
import java.util.Map;

/** Counts what becomes of deliveries, and writes down what the server does to a webhook by itself. */
record Witnesses(Metrics metrics, PgAudit audit, TimeSource time) implements Courier.Witness {
    @Override
    public void attempted(String outcome) {
        metrics.delivery(outcome);
    }

    @Override
    public void disabled(Webhook webhook, String why) {
        audit.add(time.now(), "evenkeel", "webhook disabled", "/v1/webhooks/" + webhook.id(), why, Map.of());
    }
}
