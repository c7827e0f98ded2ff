package dev.evenkeel.sim.window;

import java.time.LocalDate;

/** What each day of many years is, found by walking through them one by one and counting. */
final class Calendar {
    private static final LocalDate FIRST = LocalDate.of(1990, 1, 1); // a Monday
    private static final int DAYS = 80 * 366;
    private static final Calendar ALL = new Calendar();

    private final byte[] weekday = new byte[DAYS];
    private final byte[] day = new byte[DAYS];
    private final byte[] monthLength = new byte[DAYS];
    private final byte[] nth = new byte[DAYS];
    private final boolean[] last = new boolean[DAYS];
    private final int[] week = new int[DAYS];
    private final int[] month = new int[DAYS];

    private Calendar() {
        int weeks = -1;
        int months = -1;
        LocalDate date = FIRST;
        int begun = 0;
        for (int i = 0; i < DAYS; i++, date = date.plusDays(1)) {
            weekday[i] = (byte) (i % 7 + 1);
            day[i] = (byte) date.getDayOfMonth();
            if (weekday[i] == 1) {
                weeks++;
            }
            if (day[i] == 1) {
                months++;
                begun = i;
            }
            week[i] = weeks;
            month[i] = months;
            int count = 0;
            for (int other = begun; other <= i; other++) {
                count += weekday[other] == weekday[i] ? 1 : 0;
            }
            nth[i] = (byte) count;
            if (date.plusDays(1).getDayOfMonth() == 1) {
                for (int other = begun; other <= i; other++) {
                    monthLength[other] = day[i];
                    last[other] = other + 7 > i;
                }
            }
        }
    }

    private static int index(long epochDay) {
        return (int) (epochDay - FIRST.toEpochDay());
    }

    /** 1 is Monday. */
    static int weekday(long epochDay) {
        return ALL.weekday[index(epochDay)];
    }

    static int dayOfMonth(long epochDay) {
        return ALL.day[index(epochDay)];
    }

    static int lengthOfMonth(long epochDay) {
        return ALL.monthLength[index(epochDay)];
    }

    /** Which of its weekday it is in its month, from 1. */
    static int nthOfMonth(long epochDay) {
        return ALL.nth[index(epochDay)];
    }

    /** Whether no other day of its weekday follows in its month. */
    static boolean lastOfMonth(long epochDay) {
        return ALL.last[index(epochDay)];
    }

    /** Mondays so far. */
    static int week(long epochDay) {
        return ALL.week[index(epochDay)];
    }

    /** Firsts of months so far. */
    static int month(long epochDay) {
        return ALL.month[index(epochDay)];
    }
}
