package dev.evenkeel.core.window;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * On which dates a configuration opens. Days, weeks and months are counted from the start date; a week begins on Monday.
 *
 * @see <a href="https://learn.microsoft.com/dotnet/api/azure.resourcemanager.maintenance.maintenanceconfigurationdata.recurevery">recurEvery</a>
 */
public sealed interface Recurrence {
    /** The largest number of days, weeks or months between openings that can be written. */
    int MOST = 999;

    /** Every how many days, weeks or months; 1 to {@link #MOST}. */
    int every();

    /**
     * The first opening date that is not before {@code from}.
     *
     * @param start the start date, from which is counted
     * @param from not before {@code start}
     */
    LocalDate onOrAfter(LocalDate from, LocalDate start);

    /** The same in the words of {@code recurEvery}, which {@link RecurrenceText#parse} reads to an equal value. */
    default String text() {
        return RecurrenceText.print(this);
    }

    private static void requireEvery(int every) {
        if (every < 1 || every > MOST) {
            throw new IllegalArgumentException("a recurrence is every 1 to " + MOST + ", not every " + every);
        }
    }

    /** Every so many days. */
    record Daily(int every) implements Recurrence {
        public Daily {
            requireEvery(every);
        }

        @Override
        public LocalDate onOrAfter(LocalDate from, LocalDate start) {
            long past = Math.floorMod(ChronoUnit.DAYS.between(start, from), (long) every);
            return past == 0 ? from : from.plusDays(every - past);
        }
    }

    /**
     * Every so many weeks.
     *
     * @param days the days of such a week; none means that of the start date
     */
    record Weekly(int every, SortedSet<DayOfWeek> days) implements Recurrence {
        private static final int LAST_DAY = 7;

        public Weekly {
            requireEvery(every);
            days = Collections.unmodifiableSortedSet(new TreeSet<>(days));
        }

        @Override
        public LocalDate onOrAfter(LocalDate from, LocalDate start) {
            LocalDate monday = monday(from);
            long past = Math.floorMod(ChronoUnit.WEEKS.between(monday(start), monday), (long) every);
            if (past == 0) {
                for (int day = from.getDayOfWeek().getValue(); day <= LAST_DAY; day++) {
                    if (isOn(DayOfWeek.of(day), start)) {
                        return on(monday, DayOfWeek.of(day));
                    }
                }
            }
            DayOfWeek first = days.isEmpty() ? start.getDayOfWeek() : days.first();
            return on(monday.plusWeeks(every - past), first);
        }

        private boolean isOn(DayOfWeek day, LocalDate start) {
            return days.isEmpty() ? day == start.getDayOfWeek() : days.contains(day);
        }

        private static LocalDate monday(LocalDate date) {
            return date.minusDays(date.getDayOfWeek().getValue() - 1);
        }

        private static LocalDate on(LocalDate monday, DayOfWeek day) {
            return monday.plusDays(day.getValue() - 1);
        }
    }

    /**
     * On days of every so many months.
     *
     * @param days 1 to 31; none means that of the start date. Where a month ends before such a day, its last day is
     *     taken, so that no month is left out.
     */
    record MonthDays(int every, SortedSet<Integer> days) implements Recurrence {
        public MonthDays {
            requireEvery(every);
            days = Collections.unmodifiableSortedSet(new TreeSet<>(days));
            if (!days.isEmpty() && (days.first() < 1 || days.last() > 31)) {
                throw new IllegalArgumentException("days of a month are 1 to 31: " + days);
            }
        }

        @Override
        public LocalDate onOrAfter(LocalDate from, LocalDate start) {
            SortedSet<Integer> wanted = days.isEmpty() ? new TreeSet<>(java.util.Set.of(start.getDayOfMonth())) : days;
            YearMonth month = YearMonth.from(from);
            long past = Math.floorMod(ChronoUnit.MONTHS.between(YearMonth.from(start), month), (long) every);
            if (past == 0) {
                for (int day : wanted) {
                    LocalDate date = in(month, day);
                    if (!date.isBefore(from)) {
                        return date;
                    }
                }
            }
            return in(month.plusMonths(every - past), wanted.first());
        }

        private static LocalDate in(YearMonth month, int day) {
            return month.atDay(Math.min(day, month.lengthOfMonth()));
        }
    }

    /**
     * On one day of every so many months, such as the fourth Monday.
     *
     * @param offset days after that day, -6 to 6, before it when negative; the result may lie in the month before or
     *     after, and counts as the month's own
     */
    record MonthWeekday(int every, WeekOfMonth week, DayOfWeek day, int offset) implements Recurrence {
        /** The largest offset, either way. */
        public static final int MOST_OFFSET = 6;

        public MonthWeekday {
            requireEvery(every);
            if (Math.abs(offset) > MOST_OFFSET) {
                throw new IllegalArgumentException("an offset is -6 to 6 days, not " + offset);
            }
        }

        @Override
        public LocalDate onOrAfter(LocalDate from, LocalDate start) {
            // An offset can reach from one month into the next, never further.
            YearMonth month = YearMonth.from(from).minusMonths(1);
            long past = Math.floorMod(ChronoUnit.MONTHS.between(YearMonth.from(start), month), (long) every);
            month = past == 0 ? month : month.plusMonths(every - past);
            while (true) {
                LocalDate date = week.in(month, day).plusDays(offset);
                if (!date.isBefore(from)) {
                    return date;
                }
                month = month.plusMonths(every);
            }
        }
    }
}
