package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.store.ApiToken;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A token of somebody; its text only in the answer to the order that made it. */
public record ApiTokenView(
        String id,
        String name,
        String role,
        List<String> tenants,
        Instant createdAt,
        String createdBy,
        Instant expiresAt,
        @Nullable String token) {

    public static ApiTokenView of(ApiToken token, @Nullable String text) {
        return new ApiTokenView(
                token.id(),
                token.name(),
                token.role(),
                token.tenants().stream().map(TenantId::value).toList(),
                token.createdAt(),
                token.createdBy(),
                token.expiresAt(),
                text);
    }
}
