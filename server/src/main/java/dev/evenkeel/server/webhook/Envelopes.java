package dev.evenkeel.server.webhook;

import dev.evenkeel.store.Delivery;
import dev.evenkeel.store.ScheduledEventChange;
import dev.evenkeel.store.Webhook;
import dev.evenkeel.wire.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is sent: CloudEvents 1.0 in the JSON format (github.com/cloudevents/spec, "HTTP structured content mode"). */
public final class Envelopes {
    static final String MEDIA_TYPE = "application/cloudevents+json; charset=UTF-8";
    private static final String TYPES = "dev.evenkeel.scheduledevent.";
    private static final String PING = "dev.evenkeel.webhook.ping";

    private final String source;

    /** @param fleet names this fleet among those that a receiver may hear from */
    public Envelopes(String fleet) {
        this.source = "/evenkeel/" + fleet;
    }

    /** What a webhook is told of a change; nothing when it is not its business. */
    Optional<String> of(Webhook webhook, ScheduledEventChange change) {
        boolean its = webhook.tenant() == null || webhook.tenant().value().equals(change.tenant());
        if (!its || !webhook.types().isEmpty() && !webhook.types().contains(change.type())) {
            return Optional.empty();
        }
        return Optional.of(envelope(
                change.id(),
                TYPES + change.type(),
                change.vm(),
                change.at(),
                Json.mapper().readTree(change.body())));
    }

    /** A delivery that tells of nothing but that it arrives. */
    public Delivery.Draft ping(Webhook webhook, Instant now) {
        String id = "ping_" + UUID.randomUUID();
        ObjectNode data = Json.mapper().createObjectNode().put("webhook", webhook.id());
        return new Delivery.Draft(id, "ping", null, envelope(id, PING, null, now, data));
    }

    private String envelope(String id, String type, @Nullable String subject, Instant time, JsonNode data) {
        ObjectNode event = Json.mapper().createObjectNode();
        event.put("specversion", "1.0");
        event.put("id", id);
        event.put("source", source);
        event.put("type", type);
        if (subject != null) {
            event.put("subject", subject);
        }
        event.put("time", time.toString());
        event.put("datacontenttype", "application/json");
        event.set("data", data);
        return event.toString();
    }
}
