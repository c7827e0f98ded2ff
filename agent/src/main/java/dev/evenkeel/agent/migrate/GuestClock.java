package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What became of the guest's clock after a move: without a paravirtual clock it is behind by exactly the stop. */
public sealed interface GuestClock {

    /**
     * It was set through the guest's agent, or was right as it was.
     *
     * @param before as it was found
     * @param after as it was left
     */
    record Set(Reading before, Reading after) implements GuestClock {}

    /** It could not be set. */
    record NotSet(String why) implements GuestClock {}

    /** Sets the clock of a running guest to this host's, where it is off by more than can be measured. */
    static GuestClock set(Domain guest, Duration patience) {
        try {
            Reading before = read(guest, patience);
            if (Math.abs(before.skewNanos) <= Math.max(TOLERATED.toNanos(), before.oneWayNanos)) {
                return new Set(before, before);
            }
            // Guest agents take their time to set a clock, by a program of their own: what it was late by is added the
            // next time.
            long late = before.oneWayNanos;
            Reading after = before;
            for (int times = 0; times < SETTINGS; times++) {
                long time = nanos(Instant.now()) + late;
                guest.agent("{\"execute\":\"guest-set-time\",\"arguments\":{\"time\":" + time + "}}", patience);
                after = read(guest, patience);
                if (Math.abs(after.skewNanos) <= Math.max(TOLERATED.toNanos(), after.oneWayNanos)) {
                    break;
                }
                late -= after.skewNanos;
            }
            return new Set(before, after);
        } catch (LibvirtException e) {
            return new NotSet("the guest's agent did not do it: " + e.getMessage());
        }
    }

    /** Below this the guest's own time service does better than a step. */
    Duration TOLERATED = Duration.ofMillis(5);

    /** How often it is set at most. */
    int SETTINGS = 3;

    /** Questions asked; the quickest answer is the one that the fewest other things came between. */
    int QUESTIONS = 3;

    /**
     * A guest's clock against ours.
     *
     * @param oneWayNanos half of the way there and back, and so the most that the skew can be wrong
     */
    record Reading(long skewNanos, long oneWayNanos) {
        /** Guest's time less the host's. */
        public Duration skew() {
            return Duration.ofNanos(skewNanos);
        }

        /**
         * How long the VM stood still between two readings, which is what its clock fell behind: the one account of a stop
         * that neither hypervisor gives. Empty when the readings are too coarse to tell, or the clock did not stop with the VM.
         */
        public Optional<Duration> stopUntil(Reading later) {
            long behind = skewNanos - later.skewNanos;
            long unsure = oneWayNanos + later.oneWayNanos;
            return behind > 0 && unsure <= Math.max(COARSE.toNanos(), behind / 4)
                    ? Optional.of(Duration.ofNanos(behind))
                    : Optional.empty();
        }
    }

    /** Readings that are together surer than this tell even a short stop. */
    Duration COARSE = Duration.ofMillis(10);

    /** The clock of a running guest, where its agent says it in time. */
    static Optional<Reading> look(Domain guest, Duration patience) {
        try {
            return Optional.of(read(guest, patience));
        } catch (LibvirtException e) {
            return Optional.empty();
        }
    }

    private static Reading read(Domain guest, Duration patience) {
        Reading best = ask(guest, patience);
        for (int i = 1; i < QUESTIONS; i++) {
            Reading next = ask(guest, patience);
            best = next.oneWayNanos < best.oneWayNanos ? next : best;
        }
        return best;
    }

    private static Reading ask(Domain guest, Duration patience) {
        long began = System.nanoTime();
        String answer = guest.agent("{\"execute\":\"guest-get-time\"}", patience);
        long oneWay = (System.nanoTime() - began) / 2;
        Matcher time = Pattern.compile("\"return\"\\s*:\\s*(-?\\d+)").matcher(answer);
        if (!time.find()) {
            throw LibvirtException.of(new IllegalStateException("the guest's agent answered " + answer));
        }
        return new Reading(Long.parseLong(time.group(1)) - (nanos(Instant.now()) - oneWay), oneWay);
    }

    private static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    }
}
