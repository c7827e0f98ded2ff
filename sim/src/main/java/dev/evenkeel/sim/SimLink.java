package dev.evenkeel.sim;

import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The way between the server and the agents: loses, delays, doubles and reorders what it is given, and can be cut for
 * one host. A message is late by at most {@link #SLOWEST}, as the time-outs of a real connection see to.
 */
final class SimLink {
    static final Duration SLOWEST = Duration.ofSeconds(20);

    private static final Duration QUICK = Duration.ofMillis(1);
    private static final Duration USUAL = Duration.ofMillis(40);

    private final EventQueue queue;
    private final Chance chance;
    private final TreeSet<HostId> cut = new TreeSet<>();
    private final TreeMap<RunId, Integer> inFlight = new TreeMap<>();
    private Faults faults;

    SimLink(EventQueue queue, Chance chance, Faults faults) {
        this.queue = queue;
        this.chance = chance;
        this.faults = faults;
    }

    void suffers(Faults next) {
        faults = next;
    }

    void cut(HostId host) {
        cut.add(host);
    }

    void mend(HostId host) {
        cut.remove(host);
    }

    /**
     * Sends something between the server and the agent of {@code host}, either way.
     *
     * @param runs what it belongs to, so that a person can see whether any of it is still on its way
     */
    void send(HostId host, List<RunId> runs, String what, Runnable arrive) {
        if (chance.happens(faults.loss())) {
            return;
        }
        int copies = chance.happens(faults.duplicate()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            runs.forEach(run -> inFlight.merge(run, 1, Integer::sum));
            queue.after(delay(), what, () -> {
                runs.forEach(run -> inFlight.merge(run, -1, Integer::sum));
                if (!cut.contains(host)) {
                    arrive.run();
                }
            });
        }
    }

    private Duration delay() {
        return chance.happens(faults.slow()) ? chance.between(QUICK, SLOWEST) : chance.between(QUICK, USUAL);
    }

    boolean carries(RunId run) {
        return inFlight.getOrDefault(run, 0) > 0;
    }
}
