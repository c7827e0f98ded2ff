package dev.evenkeel.core.window;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Goes through the openings of one configuration, from a date on. A step takes no longer far from the start. */
final class Openings {
    /**
     * Days within which the openings of two dates can have to do with one another: one lasts less than a day, and a zone
     * can leave a day out.
     */
    private static final int NEAR = 3;

    private static final Instant LAST = MaintenanceConfiguration.NEVER.toInstant(ZoneOffset.MIN);

    private final MaintenanceConfiguration of;
    private LocalDate date;
    private Instant opens;

    private Openings(MaintenanceConfiguration of, LocalDate from) {
        this.of = of;
        this.date = of.recurrence().onOrAfter(from, of.start().toLocalDate());
        this.opens = opens(date);
    }

    /** From so far before a time that the opening which it lies in, if any, is among them; earlier ones may be, too. */
    static Openings around(MaintenanceConfiguration of, Instant time) {
        LocalDateTime first = of.start();
        // Times that a local time cannot express are before everything or after it.
        Instant begin = of.zone().firstAt(first);
        Instant within = time.isBefore(begin) ? begin : time.isBefore(LAST) ? time : LAST;
        LocalDate from = of.zone().local(within).toLocalDate().minusDays(NEAR);
        return new Openings(of, from.isBefore(first.toLocalDate()) ? first.toLocalDate() : from);
    }

    /** The next one; none once it has expired. */
    Optional<Opening> next() {
        while (true) {
            Instant begins = opens;
            Instant expires = expires();
            if (!begins.isBefore(expires)) {
                return Optional.empty();
            }
            date = of.recurrence().onOrAfter(date.plusDays(1), of.start().toLocalDate());
            opens = opens(date);
            Instant closes = earlier(earlier(begins.plus(of.duration()), opens), expires);
            if (begins.isBefore(closes)) { // else it begins at once with the one after it
                return Optional.of(new Opening(begins, closes));
            }
        }
    }

    private Instant opens(LocalDate day) {
        return of.zone().firstAt(day.atTime(of.start().toLocalTime()));
    }

    /** When the configuration expires, or a time that is too late to matter: clocks of far years are slow to reckon. */
    private Instant expires() {
        return date.plusDays(NEAR).isBefore(of.expiry().toLocalDate())
                ? Instant.MAX
                : of.zone().firstAt(of.expiry());
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
