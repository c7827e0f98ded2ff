package dev.evenkeel.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What happened: a digest over everything, to hold two runs against each other, and the last lines for people. */
final class Trace {
    private static final int KEPT = 50;
    private static final long PRIME = 0x100000001b3L;

    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final TreeMap<String, Integer> tally = new TreeMap<>();
    private final int kept;
    private long digest = 0xcbf29ce484222325L;
    private long events;
    private Instant now = EventQueue.START;

    Trace() {
        this(KEPT);
    }

    Trace(int kept) {
        this.kept = kept;
    }

    /** An event begins. */
    void event(Instant at, String what) {
        now = at;
        events++;
        line(what);
    }

    /** Something that came of the event. */
    void note(String what) {
        line("  " + what);
    }

    /** Counts something for the tally. */
    void count(String what) {
        tally.merge(what, 1, Integer::sum);
    }

    SortedMap<String, Integer> tally() {
        return Collections.unmodifiableSortedMap(tally);
    }

    private void line(String what) {
        long millis = Duration.between(EventQueue.START, now).toMillis();
        digest = (digest ^ millis) * PRIME;
        digest = (digest ^ what.hashCode()) * PRIME;
        if (last.size() == kept) {
            last.removeFirst();
        }
        last.addLast(millis + " " + what);
    }

    long digest() {
        return digest;
    }

    long events() {
        return events;
    }

    /** The latest lines, oldest first, each with its time in milliseconds since the start. */
    List<String> last() {
        return List.copyOf(last);
    }
}
