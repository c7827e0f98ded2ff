package dev.evenkeel.wire.tuf;

import java.util.Locale;

/** Metadata, or a target, that is not to be trusted. Nothing of it was taken over. */
public final class TufException extends Exception {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Kind {
        /** It is no metadata of the role that was asked for. */
        FORMAT,
        /** It is longer than it may be, or than what is signed says. */
        TOO_LONG,
        /** Fewer of the role's keys have signed it than must. */
        THRESHOLD,
        /** It is older than what was trusted before. */
        ROLLBACK,
        /** It is past its expiry: somebody may be keeping newer metadata from us. */
        EXPIRED,
        /** It is not the one that the metadata above it names. */
        MIX_AND_MATCH,
        /** A target is not what the metadata name. */
        TARGET,
        /** Metadata that must be there are not. */
        MISSING,
        /** Nobody vouches for it: it was never published, or its signature was taken back. */
        REVOKED
    }

    private final Kind kind;

    TufException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** As a refusal's code, such as {@code TUF_ROLLBACK}. */
    public String code() {
        return "TUF_" + kind.name().toUpperCase(Locale.ROOT);
    }
}
