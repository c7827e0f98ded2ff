package dev.evenkeel.server.http;

/** What calling a route amounts to; orders are written into the audit trail. Who may call it stands in {@link Rights}. */
public enum Access {
    /** Looks. */
    READ,
    /** Tells what was seen. */
    OBSERVE,
    /** Changes things. */
    ORDER
}
