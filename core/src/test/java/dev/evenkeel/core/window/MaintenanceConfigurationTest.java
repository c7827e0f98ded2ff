package dev.evenkeel.core.window;

import static dev.evenkeel.core.window.Given.at;
import static dev.evenkeel.core.window.Given.opening;
import static dev.evenkeel.core.window.Given.until;
import static dev.evenkeel.core.window.Given.window;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class MaintenanceConfigurationTest {
    @Test
    void itIsOpenFromItsFirstInstantToTheOneBeforeItsLast() {
        var window = window("2026-03-01 22:00", "03:00", "UTC", "Day");

        assertThat(window.at(at("2026-03-01T21:59:59Z"))).isEmpty();
        assertThat(window.at(at("2026-03-01T22:00Z"))).contains(opening("2026-03-01T22:00Z", "2026-03-02T01:00Z"));
        assertThat(window.at(at("2026-03-02T00:59:59Z"))).isPresent();
        assertThat(window.at(at("2026-03-02T01:00Z"))).isEmpty();
    }

    @Test
    void theNextOpensAtThatTimeOrLater() {
        var window = window("2026-03-01 22:00", "03:00", "UTC", "Week");

        assertThat(window.next(Instant.EPOCH)).contains(opening("2026-03-01T22:00Z", "2026-03-02T01:00Z"));
        assertThat(window.next(at("2026-03-01T22:00Z"))).contains(opening("2026-03-01T22:00Z", "2026-03-02T01:00Z"));
        assertThat(window.next(at("2026-03-01T22:00:01Z"))).contains(opening("2026-03-08T22:00Z", "2026-03-09T01:00Z"));
    }

    @Test
    void whatFollowsBeginsWithWhatIsOpen() {
        var window = window("2026-03-01 22:00", "03:00", "UTC", "Week");

        assertThat(window.from(at("2026-03-02T00:00Z"), 2))
                .containsExactly(
                        opening("2026-03-01T22:00Z", "2026-03-02T01:00Z"),
                        opening("2026-03-08T22:00Z", "2026-03-09T01:00Z"));
    }

    @Test
    void theTimeOfDayStaysWhenClocksChange() {
        var window = window("2026-03-28 22:00", "02:00", "W. Europe Standard Time", "Day");

        assertThat(window.from(Instant.EPOCH, 2))
                .containsExactly(
                        opening("2026-03-28T21:00Z", "2026-03-28T23:00Z"),
                        opening("2026-03-29T20:00Z", "2026-03-29T22:00Z"));
    }

    @Test
    void anOpeningInTheGapBeginsAtItsEndAndIsNoShorter() {
        // Berlin's clocks go from 02:00 to 03:00 at 01:00Z.
        var window = window("2026-03-29 02:30", "02:00", "Europe/Berlin", "Day");

        assertThat(window.from(Instant.EPOCH, 2))
                .containsExactly(
                        opening("2026-03-29T01:00Z", "2026-03-29T03:00Z"),
                        opening("2026-03-30T00:30Z", "2026-03-30T02:30Z"));
    }

    @Test
    void anOpeningInTheOverlapBeginsTheFirstTimeOnly() {
        // Berlin's clocks go from 03:00 to 02:00 at 01:00Z.
        var window = window("2026-10-25 02:30", "02:00", "Europe/Berlin", "Day");

        assertThat(window.from(Instant.EPOCH, 2))
                .containsExactly(
                        opening("2026-10-25T00:30Z", "2026-10-25T02:30Z"),
                        opening("2026-10-26T01:30Z", "2026-10-26T03:30Z"));
    }

    @Test
    void anOpeningEndsWhereTheNextBegins() {
        var window = window("2026-03-28 12:00", "23:59", "Europe/Berlin", "Day");

        assertThat(window.from(Instant.EPOCH, 2))
                .containsExactly(
                        opening("2026-03-28T11:00Z", "2026-03-29T10:00Z"),
                        opening("2026-03-29T10:00Z", "2026-03-30T09:59Z"));
    }

    @Test
    void onADateThatAZoneLeftOutItOpensOnce() {
        // Samoa had no 30 December 2011.
        var window = window("2011-12-29 00:00", "02:00", "Pacific/Apia", "Day");

        assertThat(window.from(Instant.EPOCH, 3))
                .containsExactly(
                        opening("2011-12-29T10:00Z", "2011-12-29T12:00Z"),
                        opening("2011-12-30T10:00Z", "2011-12-30T12:00Z"),
                        opening("2011-12-31T10:00Z", "2011-12-31T12:00Z"));
    }

    @Test
    void nothingIsOpenOnceItHasExpired() {
        var window = until("2026-03-03 23:00", "2026-03-01 22:00", "03:00", "UTC", "Day");

        assertThat(window.from(at("2026-03-02T12:00Z"), 9))
                .containsExactly(
                        opening("2026-03-02T22:00Z", "2026-03-03T01:00Z"),
                        opening("2026-03-03T22:00Z", "2026-03-03T23:00Z"));
        assertThat(window.at(at("2026-03-03T23:00Z"))).isEmpty();
        assertThat(window.next(Instant.MAX)).isEmpty();
        assertThat(window.at(Instant.MAX)).isEmpty();
        assertThat(window.at(Instant.MIN)).isEmpty();
    }

    @Test
    void farFromItsStartItIsAsQuickAndAsRight() {
        var window = window("1999-12-31 23:30", "02:30", "Pacific Standard Time", "2Months Last Friday Offset-3");

        assertThat(window.next(at("8026-01-01T00:00Z")).map(Opening::lasts))
                .contains(java.time.Duration.ofMinutes(150));
        assertThat(window.next(at("9999-12-31T00:00Z"))).isEmpty();
    }
}
