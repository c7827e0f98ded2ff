package dev.evenkeel.sim;

import dev.evenkeel.core.engine.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Virtual time: everything that happens is one event in one queue, ordered by time and, within one instant, by the order
 * in which it was asked for. Time stands still while an event acts.
 */
final class EventQueue implements TimeSource {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Event(Instant at, long sequence, String what, Runnable act) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing(Event::at).thenComparingLong(Event::sequence));
    private final Trace trace;
    private Instant now = START;
    private long sequence;

    EventQueue(Trace trace) {
        this.trace = trace;
    }

    @Override
    public Instant now() {
        return now;
    }

    void after(Duration delay, String what, Runnable act) {
        sequence++;
        events.add(new Event(now.plus(delay), sequence, what, act));
    }

    /** Lets the next event happen; false when there is none. */
    boolean next() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.at();
        trace.event(now, event.what());
        event.act().run();
        return true;
    }
}
