package dev.evenkeel.core.window;

import java.time.Duration;
import java.time.Instant;

/** When an update's turn comes. */
public sealed interface Turn {
    /** How long an offered update waits for an opening at most. */
    Duration FORCED_AFTER = Duration.ofDays(35);

    /** When it may begin, at the earliest. */
    Instant at();

    /** In an opening that has room for all of it. */
    record InOpening(Instant at, Opening opening) implements Turn {}

    /** Outside of all openings, because none had room for it within {@link #FORCED_AFTER}. */
    record Forced(Instant at) implements Turn {}
}
