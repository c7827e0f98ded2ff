package dev.evenkeel.core.engine;

import org.jspecify.annotations.Nullable;

/**
 * Something that an engine needs from outside, such as its store, cannot be used just now. Never the fault of a run:
 * whoever meets it keeps what it has and tries again.
 */
public class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    protected Unavailable(String message, boolean withStackTrace) {
        super(message, null, false, withStackTrace);
    }
}
