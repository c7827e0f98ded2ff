package dev.evenkeel.sim.window;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * What the clocks of one place show in every minute of three years, found by looking at them minute by minute.
 */
final class Wall {
    private static final int MINUTES_OF_DAY = 24 * 60;
    /** Before and after the three years, so that what begins before them is known, and when the last of them ends. */
    private static final int MARGIN_DAYS = 4;

    final String name;
    final Instant begin;
    final Instant end;
    private final long firstMinute;
    private final long firstLocal;
    /** For every local minute, the first minute of the world at which clocks show it or later. */
    private final int[] reached;

    Wall(Place place) {
        ZoneId zone = ZoneId.of(place.zone());
        name = place.name();
        begin = place.begin().atStartOfDay().toInstant(ZoneOffset.UTC);
        end = place.begin().plusYears(Place.YEARS).atStartOfDay().toInstant(ZoneOffset.UTC);
        Instant from = begin.minus(MARGIN_DAYS, ChronoUnit.DAYS);
        firstMinute = minute(from);
        firstLocal = local(LocalDateTime.ofInstant(from, zone));
        int minutes = (int) ChronoUnit.MINUTES.between(from, end.plus(MARGIN_DAYS, ChronoUnit.DAYS));
        int[] seen = new int[minutes + 3 * MINUTES_OF_DAY];
        long latest = firstLocal - 1;
        for (int minute = 0; minute < minutes; minute++) {
            long shown = local(LocalDateTime.ofInstant(from.plus(minute, ChronoUnit.MINUTES), zone));
            while (latest < shown) {
                latest++;
                seen[(int) (latest - firstLocal)] = minute;
            }
        }
        reached = java.util.Arrays.copyOf(seen, (int) (latest - firstLocal) + 1);
    }

    /**
     * The first minute of the world, since 1970, at which clocks show this or later; far before or after when that is
     * outside of what was looked at.
     */
    long firstAt(LocalDateTime shown) {
        return firstAt(shown.toLocalDate().toEpochDay(), shown.getHour() * 60 + shown.getMinute());
    }

    long firstAt(long day, int minuteOfDay) {
        long index = day * MINUTES_OF_DAY + minuteOfDay - firstLocal;
        if (index < 0) {
            return Long.MIN_VALUE;
        }
        return index < reached.length ? firstMinute + reached[(int) index] : Long.MAX_VALUE;
    }

    /** The first and the last day that clocks show from beginning to end of what was looked at. */
    long firstDay() {
        return Math.ceilDiv(firstLocal, MINUTES_OF_DAY);
    }

    long lastDay() {
        return Math.floorDiv(firstLocal + reached.length, MINUTES_OF_DAY) - 1;
    }

    static long minute(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), 60);
    }

    private static long local(LocalDateTime shown) {
        return shown.toLocalDate().toEpochDay() * MINUTES_OF_DAY + shown.getHour() * 60 + shown.getMinute();
    }
}
