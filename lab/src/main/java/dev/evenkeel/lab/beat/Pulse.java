package dev.evenkeel.lab.beat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that is known of one VM's heartbeats, in order of arrival, and what it says about a stretch of time. Both ends
 * of a stretch count: silence from its begin to the first beat and from the last beat to its end is a gap too.
 */
public record Pulse(List<Beat> beats) {
    /** Beats looked at on each side of a stretch to find the clock's offset; the smallest delay among them counts. */
    private static final int OFFSET_BEATS = 50;

    public Pulse {
        beats = List.copyOf(beats);
    }

    /** The largest hole in arrivals within the stretch. A VM that never beat in it has a gap as long as the stretch. */
    public Duration gap(Instant from, Instant to) {
        long begin = nanos(from);
        long end = nanos(to);
        long last = begin;
        long gap = 0;
        for (Beat beat : beats) {
            if (beat.arrivalNs() >= begin && beat.arrivalNs() <= end) {
                gap = Math.max(gap, beat.arrivalNs() - last);
                last = beat.arrivalNs();
            }
        }
        return Duration.ofNanos(Math.max(gap, end - last));
    }

    /** The largest hole in the undisturbed stretch of equal length just before: what this VM on this machine shows anyway. */
    public Duration normalGap(Instant from, Instant to) {
        Duration length = Duration.between(from, to);
        Instant start = from.minus(length);
        if (!beats.isEmpty() && beats.getFirst().arrivalNs() > nanos(start)) {
            start = instant(beats.getFirst().arrivalNs()); // it was not there yet: boot is not a gap
        }
        return start.isBefore(from) ? gap(start, from) : Duration.ZERO;
    }

    /**
     * How long the VM did not run in the stretch: how far its monotonic clock fell behind arrivals from before to
     * after. Empty where it beat too little on either side, or restarted in between, which no pause describes.
     */
    public Optional<Duration> stop(Instant from, Instant to) {
        List<Beat> before =
                beats.stream().filter(b -> b.arrivalNs() < nanos(from)).toList();
        List<Beat> after = beats.stream().filter(b -> b.arrivalNs() > nanos(to)).toList();
        if (before.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        before = before.subList(Math.max(0, before.size() - OFFSET_BEATS), before.size());
        after = after.subList(0, Math.min(OFFSET_BEATS, after.size()));
        String boot = before.getLast().bootId();
        boolean sameBoot = before.stream().allMatch(b -> b.bootId().equals(boot))
                && after.stream().allMatch(b -> b.bootId().equals(boot));
        if (!sameBoot) {
            return Optional.empty();
        }
        long lag = smallestLag(after) - smallestLag(before);
        return Optional.of(Duration.ofNanos(Math.max(0, lag)));
    }

    /** How often the VM booted anew in the stretch. */
    public int restarts(Instant from, Instant to) {
        Set<String> boots = new HashSet<>();
        lastBefore(from).ifPresent(beat -> boots.add(beat.bootId()));
        within(from, to).forEach(beat -> boots.add(beat.bootId()));
        return Math.max(0, boots.size() - 1);
    }

    /**
     * Beats in the stretch that another sender of the same id must have sent: their number does not follow on within
     * their boot, or they come from a boot that another one had already followed. More than a stray one means that the
     * VM runs twice.
     */
    public int doubled(Instant from, Instant to) {
        Set<String> past = new HashSet<>();
        String boot = lastBefore(from).map(Beat::bootId).orElse("");
        long sequence = lastBefore(from).map(Beat::sequence).orElse(-1L);
        int doubled = 0;
        for (Beat beat : within(from, to)) {
            if (past.contains(beat.bootId()) || (beat.bootId().equals(boot) && beat.sequence() <= sequence)) {
                doubled++;
            } else {
                if (!boot.isEmpty() && !beat.bootId().equals(boot)) {
                    past.add(boot);
                }
                boot = beat.bootId();
                sequence = beat.sequence();
            }
        }
        return doubled;
    }

    /** Damaged pages and disk blocks the guest found in the stretch. */
    public long badPages(Instant from, Instant to) {
        long found = 0;
        Optional<Beat> earlier = lastBefore(from);
        String boot = earlier.map(Beat::bootId).orElse("");
        long known = earlier.map(Beat::badPages).orElse(0L);
        for (Beat beat : within(from, to)) {
            if (!beat.bootId().equals(boot)) {
                boot = beat.bootId();
                known = 0;
            }
            found += Math.max(0, beat.badPages() - known);
            known = Math.max(known, beat.badPages());
        }
        return found;
    }

    /** Memory dirtied in the stretch, MiB per second on the clock outside; 0 with fewer than two beats or a restart. */
    public double dirtiedMibPerSecond(Instant from, Instant to) {
        List<Beat> all = within(from, to);
        if (all.size() < 2 || restarts(from, to) > 0) {
            return 0;
        }
        Beat first = all.getFirst();
        Beat last = all.getLast();
        double seconds = (last.arrivalNs() - first.arrivalNs()) / 1e9;
        return seconds <= 0 ? 0 : (last.dirtiedPages() - first.dirtiedPages()) / 256.0 / seconds;
    }

    /** Whether it beat at this time or later. */
    public boolean aliveSince(Instant time) {
        return !beats.isEmpty() && beats.getLast().arrivalNs() >= nanos(time);
    }

    /** When it last beat. */
    public Optional<Instant> last() {
        return beats.isEmpty()
                ? Optional.empty()
                : Optional.of(instant(beats.getLast().arrivalNs()));
    }

    /** The beats that arrived in the stretch, both ends included. */
    public List<Beat> within(Instant from, Instant to) {
        return beats.stream()
                .filter(b -> b.arrivalNs() >= nanos(from) && b.arrivalNs() <= nanos(to))
                .toList();
    }

    private Optional<Beat> lastBefore(Instant time) {
        Beat found = null;
        for (Beat beat : beats) {
            if (beat.arrivalNs() >= nanos(time)) {
                break;
            }
            found = beat;
        }
        return Optional.ofNullable(found);
    }

    private static long smallestLag(List<Beat> beats) {
        return beats.stream().mapToLong(Beat::lagNs).min().orElse(0);
    }

    static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
