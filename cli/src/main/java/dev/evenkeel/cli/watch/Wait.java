package dev.evenkeel.cli.watch;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a command stays with what it ordered.
 *
 * @param stay until the end
 * @param show and tell meanwhile what happens
 * @param timeout but no longer than this
 */
public record Wait(boolean stay, boolean show, Optional<Duration> timeout) {
    /** To the end, however long it takes, telling what happens. */
    public static final Wait SHOWING = new Wait(true, true, Optional.empty());
}
