package dev.evenkeel.core.window;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When maintenance may be felt: openings that recur, in one time zone.
 *
 * <p>On each date of the recurrence, from the start date on, it opens at the start's time of day, that is at the first
 * instant at which clocks in the zone show that date and time or later, and stays open for {@code duration} of elapsed
 * time. So
 *
 * <ul>
 *   <li>an opening whose time is left out when clocks are put forward begins at the moment they are, and lasts as long as
 *       every other;
 *   <li>an opening whose time comes twice when clocks are put back begins the first time, and only then;
 *   <li>an opening that clocks change under lasts no longer and no shorter for it, and ends at another time of day;
 *   <li>an opening that would still last when the next begins ends there, so that openings never overlap; together they
 *       are one stretch, which {@link Windows} gives whole;
 *   <li>on a date that a zone leaves out altogether it opens with the next date; should two so begin at once, they are one.
 * </ul>
 *
 * Nothing opens at or after the expiry, and what is open then closes.
 *
 * @param start local; whole minutes. The recurrence counts from its date
 * @param expiry local, after {@code start}
 * @param duration at least the scope's, less than a day
 */
public record MaintenanceConfiguration(
        String name,
        MaintenanceScope scope,
        LocalDateTime start,
        LocalDateTime expiry,
        Duration duration,
        WindowZone zone,
        Recurrence recurrence) {
    /** The expiry of what does not expire. */
    public static final LocalDateTime NEVER = LocalDateTime.of(9999, 12, 31, 23, 59, 59);

    public MaintenanceConfiguration {
        if (duration.compareTo(scope.leastDuration()) < 0 || duration.compareTo(Duration.ofDays(1)) >= 0) {
            throw new IllegalArgumentException("duration " + duration + " of window " + name);
        }
        if (!start.isBefore(expiry)) {
            throw new IllegalArgumentException("expiry " + expiry + " of window " + name + " is not after " + start);
        }
    }

    /** The opening that {@code time} lies in. */
    public Optional<Opening> at(Instant time) {
        Openings openings = Openings.around(this, time);
        Optional<Opening> one = openings.next();
        while (one.isPresent() && !one.get().closes().isAfter(time)) {
            one = openings.next();
        }
        return one.filter(opening -> opening.contains(time));
    }

    /** The first opening that begins at {@code time} or later. */
    public Optional<Opening> next(Instant time) {
        Openings openings = Openings.around(this, time);
        Optional<Opening> one = openings.next();
        while (one.isPresent() && one.get().opens().isBefore(time)) {
            one = openings.next();
        }
        return one;
    }

    /** The opening that {@code time} lies in, if any, and those that follow; {@code most} of them in all. */
    public List<Opening> from(Instant time, int most) {
        List<Opening> all = new ArrayList<>();
        Openings openings = Openings.around(this, time);
        Optional<Opening> one = openings.next();
        while (one.isPresent() && all.size() < most) {
            if (one.get().closes().isAfter(time)) {
                all.add(one.get());
            }
            one = openings.next();
        }
        return List.copyOf(all);
    }

    /** The same as text, which {@link WindowRules#read} reads to an equal value. */
    public WindowDraft draft() {
        return WindowRules.print(this);
    }
}
