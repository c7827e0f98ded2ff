package dev.evenkeel.store.postgres;

import java.io.IOException;
import java.util.Objects;

/** PostgreSQL cannot be used; the message names the thing, its value and the remedy, and {@link #code()} the kind. */
public final class PostgresTrouble extends IOException {
    private static final long serialVersionUID = 1L;

    /** What kind of trouble. */
    public enum Code {
        /** No PostgreSQL is installed and the bundled one does not run here. */
        NO_BINARIES,
        /** The data directory was made by a major version that is not to be had here. */
        WRONG_MAJOR,
        /** The directory is not one that this program made, or belongs to another user. */
        NOT_OURS,
        /** A file or directory may not be read, written or entered. */
        NO_ACCESS,
        DISK_FULL,
        /** The port was taken by somebody else. */
        PORT_TAKEN,
        /** Another server works on this state directory. */
        ALREADY_RUNNING,
        /** The value of {@code --database} cannot be understood. */
        BAD_URL,
        /** Nobody answers at the address. */
        UNREACHABLE,
        /** The server is there but does not let us in. */
        LOGIN_REFUSED,
        /** The server is there but cannot be used: too old, read-only, or of another encoding. */
        UNSUITABLE,
        /** Anything else; the message quotes PostgreSQL's own words. */
        FAILED
    }

    private final Code code;

    public PostgresTrouble(Code code, String message) {
        super(Objects.requireNonNull(message));
        this.code = code;
    }

    public PostgresTrouble(Code code, String message, Throwable cause) {
        super(Objects.requireNonNull(message), cause);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    /** The message, never null. */
    public String why() {
        return Objects.requireNonNull(getMessage());
    }
}
