package dev.evenkeel.core.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Configurations as users write them. */
final class Given {
    private Given() {}

    static WindowDraft draft(String start, @Nullable String expiry, String duration, String zone, String recurEvery) {
        return new WindowDraft("nightly", "Host", start, expiry, duration, zone, recurEvery);
    }

    static MaintenanceConfiguration window(String start, String duration, String zone, String recurEvery) {
        return read(draft(start, null, duration, zone, recurEvery));
    }

    static MaintenanceConfiguration until(
            String expiry, String start, String duration, String zone, String recurEvery) {
        return read(draft(start, expiry, duration, zone, recurEvery));
    }

    static MaintenanceConfiguration read(WindowDraft draft) {
        WindowRules.Reading reading = WindowRules.read(draft);
        assertThat(reading).isInstanceOf(WindowRules.Reading.Good.class);
        return ((WindowRules.Reading.Good) reading).configuration();
    }

    /** As {@code 2026-03-01T22:00Z}. */
    static Opening opening(String opens, String closes) {
        return new Opening(at(opens), at(closes));
    }

    static Instant at(String time) {
        return java.time.OffsetDateTime.parse(time).toInstant();
    }
}
