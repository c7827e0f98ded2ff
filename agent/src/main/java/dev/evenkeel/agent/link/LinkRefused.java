package dev.evenkeel.agent.link;

import java.io.IOException;

/** The server answered, and the answer was no. */
public final class LinkRefused extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    LinkRefused(int status, String detail) {
        super(detail);
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
