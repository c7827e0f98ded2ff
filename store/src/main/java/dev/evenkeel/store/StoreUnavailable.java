package dev.evenkeel.store;

import dev.evenkeel.core.engine.Unavailable;

/**
 * The database cannot be used just now. Expected trouble of the outside world: callers tell it to whoever asked, keep
 * what they have, and try again; the store recovers by itself.
 *
 * <p>A commit that ends so was either written whole or not at all, and nobody can say which: load the run again before
 * deciding again. Its version tells.
 */
public final class StoreUnavailable extends Unavailable {
    private static final long serialVersionUID = 1L;

    /** Why, for programs. */
    public enum Reason {
        /** Nobody answers, or the server is starting or stopping. */
        UNREACHABLE,
        /** The server has no room left for what it must write. */
        DISK_FULL,
        /** It answers but may not write: a standby, or told so. */
        READ_ONLY,
        /** All connections are in use, or a statement took longer than it may. */
        OVERLOADED,
        /** The server reports that its files or its memory are broken. */
        DAMAGED
    }

    private final Reason reason;

    public StoreUnavailable(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
