package dev.evenkeel.core.window;

import static dev.evenkeel.core.window.Given.at;
import static dev.evenkeel.core.window.Given.opening;
import static dev.evenkeel.core.window.Given.until;
import static dev.evenkeel.core.window.Given.window;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static Windows windows(MaintenanceConfiguration... some) {
        return new Windows(List.of(some));
    }

    @Test
    void itIsOpenWheneverOneOfThemIs() {
        Windows both = windows(
                window("2026-03-01 22:00", "02:00", "UTC", "Week"), window("2026-03-04 10:00", "03:00", "UTC", "Week"));

        assertThat(both.from(Instant.EPOCH, 3))
                .containsExactly(
                        opening("2026-03-01T22:00Z", "2026-03-02T00:00Z"),
                        opening("2026-03-04T10:00Z", "2026-03-04T13:00Z"),
                        opening("2026-03-08T22:00Z", "2026-03-09T00:00Z"));
        assertThat(both.at(at("2026-03-04T12:00Z"))).isPresent();
        assertThat(both.at(at("2026-03-03T12:00Z"))).isEmpty();
    }

    @Test
    void openingsThatTouchAreOneStretch() {
        Windows both = windows(
                window("2026-03-01 22:00", "02:00", "UTC", "Week"), window("2026-03-02 00:00", "02:00", "UTC", "Week"));

        assertThat(both.at(at("2026-03-01T23:00Z"))).contains(opening("2026-03-01T22:00Z", "2026-03-02T02:00Z"));
        assertThat(both.turn(at("2026-03-01T12:00Z"), Duration.ofHours(4)))
                .isEqualTo(
                        new Turn.InOpening(at("2026-03-01T22:00Z"), opening("2026-03-01T22:00Z", "2026-03-02T02:00Z")));
    }

    @Test
    void whatIsAlwaysOpenIsFollowedOnlySoFar() {
        Windows always = windows(
                window("2026-03-01 00:00", "13:00", "UTC", "Day"), window("2026-03-01 12:00", "13:00", "UTC", "Day"));

        assertThat(always.at(at("2026-03-02T00:00Z")).orElseThrow().lasts()).isGreaterThan(Duration.ofDays(20));
    }

    @Test
    void noneOfThemNeverOpens() {
        assertThat(Windows.NONE.govern()).isFalse();
        assertThat(Windows.NONE.at(Instant.EPOCH)).isEmpty();
        assertThat(Windows.NONE.next(Instant.EPOCH)).isEmpty();
    }

    @Test
    void anUpdateBeginsAtOnceWhenWhatIsOpenHasRoomForIt() {
        Windows weekly = windows(window("2026-03-01 22:00", "02:00", "UTC", "Week"));

        assertThat(weekly.turn(at("2026-03-01T23:00Z"), HOUR).at()).isEqualTo(at("2026-03-01T23:00Z"));
        assertThat(weekly.turn(at("2026-03-01T23:01Z"), HOUR).at()).isEqualTo(at("2026-03-08T22:00Z"));
    }

    @Test
    void anUpdateWaitsForAnOpeningThatLastsLongEnough() {
        Windows both = windows(
                window("2026-03-01 22:00", "02:00", "UTC", "Week"),
                window("2026-03-19 10:00", "05:00", "UTC", "Month"));

        assertThat(both.turn(at("2026-03-01T00:00Z"), Duration.ofHours(4)))
                .isEqualTo(
                        new Turn.InOpening(at("2026-03-19T10:00Z"), opening("2026-03-19T10:00Z", "2026-03-19T15:00Z")));
    }

    @Test
    void anUpdateIsForcedWhenNothingOpensWithinThirtyFiveDays() {
        Windows rare = windows(window("2026-03-01 22:00", "02:00", "UTC", "2Months"));

        assertThat(rare.turn(at("2026-03-02T12:00Z"), HOUR)).isEqualTo(new Turn.Forced(at("2026-04-06T12:00Z")));
        assertThat(rare.turn(at("2026-03-27T22:00Z"), HOUR).at()).isEqualTo(at("2026-05-01T22:00Z"));
    }

    @Test
    void anUpdateIsForcedWhenEveryOpeningIsTooShortOrTheyHaveExpired() {
        Windows weekly = windows(window("2026-03-01 22:00", "02:00", "UTC", "Week"));
        Windows over = windows(until("2026-03-09 00:00", "2026-03-01 22:00", "02:00", "UTC", "Week"));

        assertThat(weekly.turn(at("2026-03-02T12:00Z"), Duration.ofHours(3)))
                .isEqualTo(new Turn.Forced(at("2026-04-06T12:00Z")));
        assertThat(over.turn(at("2026-03-10T12:00Z"), HOUR)).isEqualTo(new Turn.Forced(at("2026-04-14T12:00Z")));
        assertThat(Windows.NONE.turn(at("2026-03-10T12:00Z"), HOUR)).isInstanceOf(Turn.Forced.class);
    }

    @Test
    void whatWasOfferedLongAgoIsForcedAtOnceOrWhenItsTimeIsUp() {
        Windows rare = windows(window("2026-03-01 22:00", "02:00", "UTC", "2Months"));

        assertThat(rare.turn(at("2026-03-02T12:00Z"), at("2026-03-20T12:00Z"), HOUR))
                .isEqualTo(new Turn.Forced(at("2026-04-06T12:00Z")));
        assertThat(rare.turn(at("2026-03-02T12:00Z"), at("2026-04-20T12:00Z"), HOUR))
                .isEqualTo(new Turn.Forced(at("2026-04-20T12:00Z")));
        assertThat(rare.turn(at("2026-03-02T12:00Z"), at("2026-05-01T22:30Z"), HOUR))
                .isInstanceOf(Turn.InOpening.class);
    }

    @Test
    void rareIsWhatOpensLessOftenThanUpdatesWait() {
        Instant now = at("2026-03-02T12:00Z");

        assertThat(windows(window("2026-03-01 22:00", "02:00", "UTC", "Month Last Friday"))
                        .rare(now))
                .isFalse();
        assertThat(windows(window("2026-03-01 22:00", "02:00", "UTC", "5Weeks")).rare(now))
                .isFalse();
        assertThat(windows(window("2026-03-01 22:00", "02:00", "UTC", "36Days")).rare(now))
                .isTrue();
        assertThat(windows(window("2026-03-01 22:00", "02:00", "UTC", "2Months"))
                        .rare(now))
                .isTrue();
    }
}
