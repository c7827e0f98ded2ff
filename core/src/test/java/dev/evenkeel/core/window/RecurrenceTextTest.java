package dev.evenkeel.core.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecurrenceTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Day | Day",
                "1Day | Day",
                "3Days | 3Days",
                "3 day | 3Days",
                "Week | Week",
                "3Weeks | 3Weeks",
                "Week Saturday,Sunday | Week Saturday,Sunday",
                "2Weeks Sun, sat | 2Weeks Saturday,Sunday",
                "Month | Month",
                "2Months | 2Months",
                "Month day23,day24 | Month day23,day24",
                "month DAY24 , day3 | Month day3,day24",
                "Month Fourth Monday | Month Fourth Monday",
                "Month Last Sunday Offset-3 | Month Last Sunday Offset-3",
                "Month Third Sunday Offset6 | Month Third Sunday Offset6",
                "Month Third Sun Offset0 | Month Third Sunday",
            })
    void everyFormIsReadAndWrittenInAzuresSpelling(String written, String printed) {
        Recurrence recurrence = read(written);

        assertThat(recurrence.text()).isEqualTo(printed);
        assertThat(read(printed)).isEqualTo(recurrence);
    }

    @Test
    void aFourthMondayIsWhatItSays() {
        assertThat(read("2Months Fourth Mon Offset-6"))
                .isEqualTo(new Recurrence.MonthWeekday(2, WeekOfMonth.FOURTH, DayOfWeek.MONDAY, -6));
        assertThat(read("Week tue")).isEqualTo(new Recurrence.Weekly(1, new TreeSet<>(Set.of(DayOfWeek.TUESDAY))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Year",
                "0Days",
                "1000Days",
                "99999999999Days",
                "-1Day",
                "Day Monday",
                "Week Funday",
                "Week Monday,Monday",
                "Week Monday,",
                "Week day3",
                "Month day0",
                "Month day32",
                "Month day3,day3",
                "Month day3,",
                "Month Monday",
                "Month Fifth Monday",
                "Month First Funday",
                "Month First Monday Offset7",
                "Month First Monday Offset-7",
                "Month First Monday Offset",
                "Month First Monday,Second Monday",
            })
    void whatCannotBeMeantHasARemedy(String written) {
        assertThat(RecurrenceText.parse(written))
                .isInstanceOfSatisfying(
                        RecurrenceText.Parsed.Bad.class,
                        bad -> assertThat(bad.remedy()).isNotBlank());
    }

    @Test
    void weeksAreCountedFromTheMondayBeforeTheStart() {
        // 2026-01-07 is a Wednesday.
        assertThat(dates("2Weeks Tuesday,Friday", "2026-01-07", 4))
                .containsExactly("2026-01-09", "2026-01-20", "2026-01-23", "2026-02-03");
        assertThat(dates("3Weeks", "2026-01-07", 3)).containsExactly("2026-01-07", "2026-01-28", "2026-02-18");
    }

    @Test
    void daysAreCountedFromTheStart() {
        assertThat(dates("3Days", "2028-02-27", 3)).containsExactly("2028-02-27", "2028-03-01", "2028-03-04");
    }

    @Test
    void aDayThatAMonthLacksIsItsLast() {
        assertThat(dates("Month", "2028-01-31", 4))
                .containsExactly("2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30");
        assertThat(dates("Month day30,day31", "2027-02-01", 3))
                .containsExactly("2027-02-28", "2027-03-30", "2027-03-31");
        assertThat(dates("2Months day5", "2027-01-06", 2)).containsExactly("2027-03-05", "2027-05-05");
    }

    @Test
    void anOffsetMayReachIntoTheNextMonthOrTheOneBefore() {
        // The last Sunday of January 2027 is the 31st; the first Monday of March is the 1st.
        assertThat(dates("Month Last Sunday Offset6", "2027-02-01", 2)).containsExactly("2027-02-06", "2027-03-06");
        assertThat(dates("Month First Monday Offset-6", "2027-02-20", 2)).containsExactly("2027-02-23", "2027-03-30");
        assertThat(dates("2Months Last Sunday Offset6", "2027-02-01", 2)).containsExactly("2027-03-06", "2027-05-01");
    }

    private static Recurrence read(String text) {
        return ((RecurrenceText.Parsed.Good) RecurrenceText.parse(text)).recurrence();
    }

    private static List<String> dates(String text, String start, int most) {
        List<String> dates = new ArrayList<>();
        LocalDate first = LocalDate.parse(start);
        LocalDate date = first;
        while (dates.size() < most) {
            date = read(text).onOrAfter(date, first);
            dates.add(date.toString());
            date = date.plusDays(1);
        }
        return dates;
    }
}
