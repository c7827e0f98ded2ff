package dev.evenkeel.server.view;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lengths of time as the API has them: whole milliseconds. */
final class Millis {
    private Millis() {}

    static @Nullable Long of(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
