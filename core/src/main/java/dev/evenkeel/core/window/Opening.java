package dev.evenkeel.core.window;

import java.time.Duration;
import java.time.Instant;

/**
 * A stretch of time in which maintenance may be felt.
 *
 * @param opens its first instant
 * @param closes the first instant after it, later than {@code opens}
 */
public record Opening(Instant opens, Instant closes) {
    public Opening {
        if (!opens.isBefore(closes)) {
            throw new IllegalArgumentException("an opening closes after it opens: " + opens + ", " + closes);
        }
    }

    /** How long it lasts in elapsed time, whatever clocks on walls show meanwhile. */
    public Duration lasts() {
        return Duration.between(opens, closes);
    }

    public boolean contains(Instant time) {
        return !time.isBefore(opens) && time.isBefore(closes);
    }
}
