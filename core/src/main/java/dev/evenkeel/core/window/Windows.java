package dev.evenkeel.core.window;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Configurations that apply together: it is open whenever one of them is. Openings that touch or overlap count as one
 * stretch.
 *
 * @param configurations none means that nobody has asked for control, and that nothing ever opens here
 */
public record Windows(List<MaintenanceConfiguration> configurations) {
    public static final Windows NONE = new Windows(List.of());

    /** Openings may follow one another for ever; a stretch is followed through no more than this many. */
    private static final int STRETCH = 64;

    /** Enough to come past every month of a leap year. */
    private static final int LOOKED_AT = 60;

    public Windows {
        configurations = List.copyOf(configurations);
    }

    /** Whether anybody has asked for control. */
    public boolean govern() {
        return !configurations.isEmpty();
    }

    /** The stretch that {@code time} lies in, to its end; its beginning is that of the opening that lasts longest now. */
    public Optional<Opening> at(Instant time) {
        return configurations.stream()
                .flatMap(configuration -> configuration.at(time).stream())
                .max(Comparator.comparing(Opening::closes))
                .map(this::toItsEnd);
    }

    /** The first opening of any of them that begins at {@code time} or later, to the end of its stretch. */
    public Optional<Opening> next(Instant time) {
        return configurations.stream()
                .flatMap(configuration -> configuration.next(time).stream())
                .min(Comparator.comparing(Opening::opens).thenComparing(Opening::closes, Comparator.reverseOrder()))
                .map(this::toItsEnd);
    }

    /** The stretch that {@code time} lies in, if any, and those that follow; {@code most} of them in all. */
    public List<Opening> from(Instant time, int most) {
        List<Opening> openings = new ArrayList<>();
        Optional<Opening> one = at(time).or(() -> next(time));
        while (one.isPresent() && openings.size() < most) {
            openings.add(one.get());
            one = next(one.get().closes());
        }
        return List.copyOf(openings);
    }

    /**
     * When the turn of an update comes that was offered just now; see {@link #turn(Instant, Instant, Duration)}.
     *
     * @param needs how long it takes
     */
    public Turn turn(Instant offered, Duration needs) {
        return turn(offered, offered, needs);
    }

    /**
     * When the turn of an update comes: in the first opening, from {@code now} on, that has room for all of it, or {@link
     * Turn#FORCED_AFTER} after it was offered, if none opens until then.
     *
     * @param offered when it was there to be done, not after {@code now}
     * @param needs how long it takes
     */
    public Turn turn(Instant offered, Instant now, Duration needs) {
        Instant forced = offered.plus(Turn.FORCED_AFTER);
        Optional<Opening> open = at(now);
        if (open.isPresent() && !now.plus(needs).isAfter(open.get().closes())) {
            return new Turn.InOpening(now, open.get());
        }
        Optional<Opening> one = next(now);
        while (one.isPresent() && !one.get().opens().isAfter(forced)) {
            if (one.get().lasts().compareTo(needs) >= 0) {
                return new Turn.InOpening(one.get().opens(), one.get());
            }
            one = next(one.get().closes());
        }
        return new Turn.Forced(forced.isBefore(now) ? now : forced);
    }

    /**
     * Whether more than {@link Turn#FORCED_AFTER} can pass without an opening while it has not expired, so that updates
     * will be forced between. The coming {@link #LOOKED_AT} openings are looked at.
     */
    public boolean rare(Instant now) {
        Instant since = now;
        for (Opening opening : from(now, LOOKED_AT)) {
            if (opening.opens().isAfter(since.plus(Turn.FORCED_AFTER))) {
                return true;
            }
            since = opening.closes();
        }
        return false;
    }

    private Opening toItsEnd(Opening opening) {
        Instant closes = opening.closes();
        for (int i = 0; i < STRETCH; i++) {
            Instant end = closes;
            Optional<Instant> further = configurations.stream()
                    .flatMap(configuration -> configuration.at(end).stream())
                    .map(Opening::closes)
                    .max(Comparator.naturalOrder());
            if (further.isEmpty()) {
                break;
            }
            closes = further.get();
        }
        return new Opening(opening.opens(), closes);
    }
}
