package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What became of the guest's clock after a move: without a paravirtual clock it is behind by exactly the stop. */
public sealed interface GuestClock {

    /**
     * It was set through the guest's agent.
     *
     * @param skewBefore guest's time less the host's, before
     * @param skewAfter the same after
     */
    record Set(Duration skewBefore, Duration skewAfter) implements GuestClock {}

    /** It could not be set. */
    record NotSet(String why) implements GuestClock {}

    /** Sets the clock of a running guest to this host's, compensating for half of the way there and back. */
    static GuestClock set(Domain guest, Duration patience) {
        try {
            long before = skewNanos(guest, patience);
            if (Math.abs(before) < TOLERATED.toNanos()) {
                return new Set(Duration.ofNanos(before), Duration.ofNanos(before));
            }
            long began = System.nanoTime();
            guest.agent("{\"execute\":\"guest-ping\"}", patience);
            long oneWay = (System.nanoTime() - began) / 2;
            guest.agent(
                    "{\"execute\":\"guest-set-time\",\"arguments\":{\"time\":" + (nanos(Instant.now()) + oneWay) + "}}",
                    patience);
            return new Set(Duration.ofNanos(before), Duration.ofNanos(skewNanos(guest, patience)));
        } catch (LibvirtException e) {
            return new NotSet("the guest's agent did not do it: " + e.getMessage());
        }
    }

    /** Below this the guest's own time service does better than a step. */
    Duration TOLERATED = Duration.ofMillis(5);

    private static long skewNanos(Domain guest, Duration patience) {
        long began = System.nanoTime();
        String answer = guest.agent("{\"execute\":\"guest-get-time\"}", patience);
        long oneWay = (System.nanoTime() - began) / 2;
        Matcher time = Pattern.compile("\"return\"\\s*:\\s*(-?\\d+)").matcher(answer);
        if (!time.find()) {
            throw new IllegalStateException("the guest's agent answered " + answer);
        }
        return Long.parseLong(time.group(1)) - (nanos(Instant.now()) - oneWay);
    }

    private static long nanos(Instant time) {
        return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
    }
}
