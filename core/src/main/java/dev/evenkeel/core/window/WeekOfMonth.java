package dev.evenkeel.core.window;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.TemporalAdjusters;

/** Which of a month's days of one name is meant. */
public enum WeekOfMonth {
    FIRST("First"),
    SECOND("Second"),
    THIRD("Third"),
    FOURTH("Fourth"),
    LAST("Last");

    private final String text;

    WeekOfMonth(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** Every month has each of them. */
    LocalDate in(YearMonth month, DayOfWeek day) {
        return this == LAST
                ? month.atEndOfMonth().with(TemporalAdjusters.previousOrSame(day))
                : month.atDay(1).with(TemporalAdjusters.dayOfWeekInMonth(ordinal() + 1, day));
    }
}
