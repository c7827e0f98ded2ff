package dev.evenkeel.sim.window;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants of a configuration, before it is written down.
 *
 * @param days days of the week from 1, Monday, or of the month, each a bit
 * @param nth which weekday of the month, 1 to 4, or 5 for the last
 * @param minutes how long it lasts
 */
record Wish(
        Unit unit,
        int every,
        int days,
        int nth,
        int weekday,
        int offset,
        LocalDateTime start,
        @Nullable LocalDateTime expiry,
        int minutes) {
    /** What is counted, and how a day is named. */
    enum Unit {
        DAY,
        WEEK,
        MONTH_DAYS,
        MONTH_WEEKDAY
    }

    /**
     * Whether it shall open on this day: the definition.
     *
     * @param from the day of the start
     */
    boolean on(long day, long from) {
        if (day < from) {
            return false;
        }
        return switch (unit) {
            case DAY -> (day - from) % every == 0;
            case WEEK -> (Calendar.week(day) - Calendar.week(from)) % every == 0 && onDayOfWeek(day, from);
            case MONTH_DAYS -> (Calendar.month(day) - Calendar.month(from)) % every == 0 && onDayOfMonth(day, from);
            case MONTH_WEEKDAY ->
                Calendar.weekday(day - offset) == weekday
                        && (nth == 5 ? Calendar.lastOfMonth(day - offset) : Calendar.nthOfMonth(day - offset) == nth)
                        && (Calendar.month(day - offset) - Calendar.month(from)) % every == 0;
        };
    }

    boolean names(int one) {
        return (days & 1 << one) != 0;
    }

    private boolean onDayOfWeek(long day, long from) {
        return days == 0 ? Calendar.weekday(day) == Calendar.weekday(from) : names(Calendar.weekday(day));
    }

    private boolean onDayOfMonth(long day, long from) {
        for (int wanted = 1; wanted <= 31; wanted++) {
            boolean meant = days == 0 ? wanted == Calendar.dayOfMonth(from) : names(wanted);
            if (meant && Calendar.dayOfMonth(day) == Math.min(wanted, Calendar.lengthOfMonth(day))) {
                return true;
            }
        }
        return false;
    }
}
