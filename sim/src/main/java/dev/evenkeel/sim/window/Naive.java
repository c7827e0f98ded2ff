package dev.evenkeel.sim.window;

import java.time.LocalDateTime;
import java.util.Arrays;

/** When a wish is open: every day is looked at, and every minute of what is open has its reason. */
final class Naive {
    private final long[] opens;
    private final long expires;
    private final int minutes;
    private final long lastKnown;

    Naive(Wish wish, Wall wall) {
        LocalDateTime expiry = wish.expiry();
        expires = expiry == null ? Long.MAX_VALUE : wall.firstAt(expiry);
        minutes = wish.minutes();
        lastKnown = wall.firstAt(wall.lastDay(), 0);
        long from = wish.start().toLocalDate().toEpochDay();
        long[] found = new long[(int) (wall.lastDay() - wall.firstDay()) + 1];
        int count = 0;
        int minuteOfDay = wish.start().getHour() * 60 + wish.start().getMinute();
        for (long day = wall.firstDay(); day <= wall.lastDay(); day++) {
            if (wish.on(day, from)) {
                long minute = wall.firstAt(day, minuteOfDay);
                // Two days can begin at once where clocks left one of them out.
                if (minute < expires && (count == 0 || found[count - 1] != minute)) {
                    found[count++] = minute;
                }
            }
        }
        opens = Arrays.copyOf(found, count);
    }

    /** How often it opens. */
    int count() {
        return opens.length;
    }

    /** The minute at which it opens, since 1970. */
    long opens(int index) {
        return opens[index];
    }

    /** The last minute before this one, or this one, at which it opened; -1 when there is none. */
    private int latest(long minute) {
        int found = Arrays.binarySearch(opens, minute);
        return found >= 0 ? found : -found - 2;
    }

    /** Until when all that opens is known. */
    long lastKnown() {
        return lastKnown;
    }

    /** Which is the first to open in this minute or later; -1 when none is known. */
    int next(long minute) {
        int next = latest(minute - 1) + 1;
        return next < opens.length ? next : -1;
    }

    /** Which is the first that is open in this minute or later. */
    int firstOpenAfter(long minute) {
        int latest = latest(minute);
        return open(minute) ? latest : latest + 1;
    }

    /** Whether it is open in this minute: it opened less than its length ago, and has not expired. */
    boolean open(long minute) {
        int latest = latest(minute);
        return latest >= 0 && minute - opens[latest] < minutes && minute < expires;
    }

    /** When what opened at this minute closes: at the first minute in which it is closed, or opens again. */
    long closes(int index) {
        long close = Math.min(opens[index] + minutes, expires);
        return index + 1 < opens.length ? Math.min(close, opens[index + 1]) : close;
    }
}
