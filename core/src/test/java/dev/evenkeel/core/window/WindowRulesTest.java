package dev.evenkeel.core.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowRulesTest {
    @Test
    void whatIsLeftOutIsTheDefaultOfAzure() {
        var configuration = Given.read(
                new WindowDraft("nightly", null, "2026-03-01 22:00", null, null, "Pacific Standard Time", "Day"));

        assertThat(configuration.draft())
                .isEqualTo(new WindowDraft(
                        "nightly",
                        "Host",
                        "2026-03-01 22:00",
                        "9999-12-31 23:59:59",
                        "02:00",
                        "Pacific Standard Time",
                        "Day"));
        assertThat(Given.read(configuration.draft())).isEqualTo(configuration);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "name, a b, Host, 2026-03-01 22:00, -, 02:00, UTC, Day",
                "name, -, Host, 2026-03-01 22:00, -, 02:00, UTC, Day",
                "maintenanceScope, n, InGuestPatch, 2026-03-01 22:00, -, 02:00, UTC, Day",
                "startDateTime, n, Host, -, -, 02:00, UTC, Day",
                "startDateTime, n, Host, 2026-02-29 22:00, -, 02:00, UTC, Day",
                "startDateTime, n, Host, 2026-03-01T22:00, -, 02:00, UTC, Day",
                "startDateTime, n, Host, 2026-03-01 24:00, -, 02:00, UTC, Day",
                "expirationDateTime, n, Host, 2026-03-01 22:00, 2026-03-01 22:00, 02:00, UTC, Day",
                "expirationDateTime, n, Host, 2026-03-01 22:00, tomorrow, 02:00, UTC, Day",
                "expirationDateTime, n, Host, 2026-03-02 22:00, 2026-03-06 22:00, 02:00, UTC, Week Sunday",
                "duration, n, Host, 2026-03-01 22:00, -, 01:59, UTC, Day",
                "duration, n, Host, 2026-03-01 22:00, -, 24:00, UTC, Day",
                "duration, n, Host, 2026-03-01 22:00, -, 2h, UTC, Day",
                "timeZone, n, Host, 2026-03-01 22:00, -, 02:00, -, Day",
                "timeZone, n, Host, 2026-03-01 22:00, -, 02:00, Europe/Gotham, Day",
                "timeZone, n, Host, 2026-03-01 22:00, -, 02:00, +02:00, Day",
                "recurEvery, n, Host, 2026-03-01 22:00, -, 02:00, UTC, -",
                "recurEvery, n, Host, 2026-03-01 22:00, -, 02:00, UTC, Sometimes",
            })
    void anErrorNamesTheFieldTheValueAndTheRemedy(
            String field,
            @Nullable String name,
            String scope,
            @Nullable String start,
            @Nullable String expiry,
            String duration,
            @Nullable String zone,
            @Nullable String recurEvery) {
        List<WindowError> errors = errors(new WindowDraft(name, scope, start, expiry, duration, zone, recurEvery));

        assertThat(errors).hasSize(1).allSatisfy(error -> {
            assertThat(error.field()).isEqualTo(field);
            assertThat(error.remedy()).isNotBlank();
        });
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThat(errors(new WindowDraft(null, "x", null, "x", "x", null, null)))
                .extracting(WindowError::field)
                .containsExactly(
                        "name",
                        "maintenanceScope",
                        "startDateTime",
                        "expirationDateTime",
                        "duration",
                        "timeZone",
                        "recurEvery");
    }

    @Test
    void everyWindowsNameIsAZone() {
        assertThat(WindowsZones.rows())
                .hasSizeGreaterThan(130)
                .allSatisfy(row -> assertThat(WindowZone.named(row.windows().toUpperCase(java.util.Locale.ROOT)))
                        .hasValueSatisfying(zone -> assertThat(zone.name()).isEqualTo(row.windows())));
        assertThat(WindowZone.named("Tokyo Standard Time"))
                .hasValueSatisfying(zone -> assertThat(zone.zone().getId()).isEqualTo("Asia/Tokyo"));
        assertThat(WindowZone.named("UTC+12"))
                .hasValueSatisfying(zone -> assertThat(zone.zone().getId()).isEqualTo("Etc/GMT-12"));
    }

    private static List<WindowError> errors(WindowDraft draft) {
        WindowRules.Reading reading = WindowRules.read(draft);
        assertThat(reading).isInstanceOf(WindowRules.Reading.Bad.class);
        return ((WindowRules.Reading.Bad) reading).errors();
    }
}
