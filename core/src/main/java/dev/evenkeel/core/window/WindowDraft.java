package dev.evenkeel.core.window;

import org.jspecify.annotations.Nullable;

/**
 * A configuration as it is written, field by field, with Azure's names; null where nothing is said.
 *
 * @param name letters, digits and . _ -
 * @param maintenanceScope {@code Host}, which is also meant when it is left out
 * @param startDateTime local, {@code YYYY-MM-DD hh:mm}
 * @param expirationDateTime local, the same with or without {@code :ss}; never when left out
 * @param duration {@code HH:mm}; the scope's least when left out
 * @param timeZone a Windows or IANA name
 * @param recurEvery as {@link RecurrenceText} reads it
 */
public record WindowDraft(
        @Nullable String name,
        @Nullable String maintenanceScope,
        @Nullable String startDateTime,
        @Nullable String expirationDateTime,
        @Nullable String duration,
        @Nullable String timeZone,
        @Nullable String recurEvery) {}
