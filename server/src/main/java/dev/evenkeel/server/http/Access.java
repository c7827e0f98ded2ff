package dev.evenkeel.server.http;

/** Who may call a route. */
public enum Access {
    /** Everybody, without a token. */
    OPEN,
    /** Every token. */
    READ,
    /** Tokens that may tell what was seen, and those that may change things. */
    OBSERVE,
    /** Only tokens that may change things. */
    ORDER
}
