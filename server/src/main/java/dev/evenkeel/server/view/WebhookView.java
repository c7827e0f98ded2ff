package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.store.Webhook;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is told over HTTP.
 *
 * @param secret only in the answer to the order that made it
 */
public record WebhookView(
        String id,
        @Nullable String tenant,
        String url,
        List<String> types,
        boolean enabled,
        @Nullable String disabledWhy,
        Instant createdAt,
        String createdBy,
        @Nullable String secret) {

    /** Without its secret. */
    public static WebhookView of(Webhook webhook) {
        TenantId tenant = webhook.tenant();
        return new WebhookView(
                webhook.id(),
                tenant == null ? null : tenant.value(),
                webhook.url(),
                webhook.types(),
                webhook.enabled(),
                webhook.disabledWhy(),
                webhook.createdAt(),
                webhook.createdBy(),
                null);
    }

    public WebhookView withSecret(String shown) {
        return new WebhookView(id, tenant, url, types, enabled, disabledWhy, createdAt, createdBy, shown);
    }
}
