package dev.evenkeel.store;

import dev.evenkeel.core.fleet.TenantId;
import java.time.Instant;
import java.util.SortedSet;

/**
 * A token of somebody, without its secret.
 *
 * @param name for people; several tokens may have the same
 * @param role in the words of the API
 * @param tenants whose things it is for; empty for the roles that see all
 * @param createdBy name of who made it
 */
public record ApiToken(
        String id,
        String name,
        String role,
        SortedSet<TenantId> tenants,
        Instant createdAt,
        String createdBy,
        Instant expiresAt) {}
