package dev.evenkeel.wire.tuf;

import java.util.Locale;

/** A top-level role (TUF 2.1). */
public enum Role {
    /** Says which keys the others have. Its keys are kept away from machines. */
    ROOT(512 << 10),
    /** Says which updates there are. Its keys are their publishers'. */
    TARGETS(8 << 20),
    /** Says which metadata belong together. */
    SNAPSHOT(2 << 20),
    /** Says, and soon expires, that there is nothing newer. */
    TIMESTAMP(16 << 10);

    private final int most;

    Role(int most) {
        this.most = most;
    }

    /** The most bytes that metadata of it may have where nothing that is signed says so. */
    public int most() {
        return most;
    }

    /** As metadata and their files spell it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
