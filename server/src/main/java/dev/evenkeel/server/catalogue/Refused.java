package dev.evenkeel.server.catalogue;

import dev.evenkeel.wire.tuf.Publication;

/** A publication that agents would not trust, or that is not what comes next. */
public final class Refused extends Exception {
    private static final long serialVersionUID = 1;
    private final String field;
    private final boolean outdated;

    Refused(String field, String why, boolean outdated) {
        super(why);
        this.field = field;
        this.outdated = outdated;
    }

    /** As {@link Publication} names it. */
    public String field() {
        return field;
    }

    /** Whether it would have been good before somebody else published. */
    public boolean outdated() {
        return outdated;
    }
}
