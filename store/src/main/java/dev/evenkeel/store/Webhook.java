package dev.evenkeel.store;

import dev.evenkeel.core.fleet.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who wants to be told of scheduled events over HTTP.
 *
 * @param tenant of whose VMs; null: of all
 * @param types which changes, in the words of the API; empty: all
 * @param secret what deliveries are signed with, as it was shown: {@code whsec_} and base64
 * @param disabledWhy null while it is enabled
 */
public record Webhook(
        String id,
        @Nullable TenantId tenant,
        String url,
        List<String> types,
        String secret,
        boolean enabled,
        @Nullable String disabledWhy,
        Instant createdAt,
        String createdBy) {
    public Webhook {
        types = List.copyOf(types);
    }
}
