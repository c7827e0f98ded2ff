package dev.evenkeel.server.http;

/** Who may call a route. */
public enum Access {
    /** Everybody, without a token. */
    OPEN,
    /** Every token. */
    READ,
    /** Only tokens that may change things. */
    ORDER
}
