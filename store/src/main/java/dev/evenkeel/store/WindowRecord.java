package dev.evenkeel.store;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A maintenance configuration as it is kept.
 *
 * @param tenant null is the region's own
 * @param draft every field as text, its name too
 * @param createdAt to the microsecond
 */
public record WindowRecord(
        WindowId id, @Nullable TenantId tenant, WindowDraft draft, Instant createdAt, String createdBy) {}
