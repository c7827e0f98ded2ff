package dev.evenkeel.server.http;

import java.util.Map;

/**
 * Remembers what was answered to an order, so that a client that heard nothing can simply ask again. Durable: a key
 * outlives the server.
 */
public interface IdempotencyKeys {
    /** What is known about a key. */
    sealed interface Claim {
        /** Nobody used it, or whoever did is gone without an answer; do it, then {@link #finish} or {@link #forget}. */
        record Mine() implements Claim {}

        /** It was done before, and this was the answer. */
        record Answered(StoredAnswer answer) implements Claim {}

        /** It was used for another request. */
        record OtherRequest() implements Claim {}

        /** The same request is being done right now. */
        record UnderWay() implements Claim {}
    }

    /** An answer as it went out. */
    record StoredAnswer(int status, Map<String, String> headers, byte[] body) {}

    /**
     * Takes a key.
     *
     * @param owner who asks; keys of different people never meet
     * @param request digest of method, path and body
     */
    Claim claim(String owner, String key, String request);

    /** Keeps the answer for 24 hours. */
    void finish(String owner, String key, StoredAnswer answer);

    /** Gives the key back: the order failed in a way that is worth another try. */
    void forget(String owner, String key);
}
