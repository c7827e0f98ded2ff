package dev.evenkeel.server.http;

import java.util.Optional;

/** Knows callers by the secret that they show. */
@FunctionalInterface
public interface Callers {
    /**
     * Whose bearer token this is; nothing when it is not of a kind that is known here.
     *
     * @throws ProblemException when it is of a kind that is known here and not good, saying what is wrong with it
     */
    Optional<Principal> of(String token);

    /** Those known here, else those known there. */
    default Callers or(Callers others) {
        return token -> of(token).or(() -> others.of(token));
    }
}
