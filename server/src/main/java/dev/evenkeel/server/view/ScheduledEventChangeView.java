package dev.evenkeel.server.view;

import dev.evenkeel.store.ScheduledEventChange;
import dev.evenkeel.wire.Json;
import java.time.Instant;

/** A change of a scheduled event, as the stream tells it. */
public record ScheduledEventChangeView(long sequence, String id, Instant at, String type, ScheduledEventView event) {

    /** @param sequence as the reader is told of it */
    public static ScheduledEventChangeView of(ScheduledEventChange change, long sequence) {
        return new ScheduledEventChangeView(
                sequence,
                change.id(),
                change.at(),
                change.type(),
                Json.mapper().readValue(change.body(), ScheduledEventView.class));
    }
}
