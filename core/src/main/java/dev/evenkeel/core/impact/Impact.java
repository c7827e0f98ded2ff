package dev.evenkeel.core.impact;

import java.time.Duration;

/** What a VM feels. */
public sealed interface Impact {
    /** Nothing. */
    record None() implements Impact {}

    /** It stands still, then goes on where it was. */
    record Pause(Duration expected) implements Impact {}

    /** It boots anew. */
    record Restart() implements Impact {}
}
