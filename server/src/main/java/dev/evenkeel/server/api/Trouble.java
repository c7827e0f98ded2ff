package dev.evenkeel.server.api;

import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.loop.NotInCharge;
import dev.evenkeel.store.StoreUnavailable;
import java.util.Optional;

/** The problems that other packages' exceptions stand for: all of them are worth another try. */
public final class Trouble {
    private static final String SAFE = "With the same Idempotency-Key an order is safe to repeat.";

    private Trouble() {}

    public static Optional<Problem> of(Exception e) {
        return switch (e) {
            case StoreUnavailable away
            when away.reason() == StoreUnavailable.Reason.DISK_FULL ->
                problem(
                        Problem.Kind.NO_ROOM,
                        "The database has no room left to write: " + away.getMessage() + " Make room on the disk of"
                                + " its data directory; everything goes on by itself then. " + SAFE);
            case StoreUnavailable away ->
                problem(
                        Problem.Kind.UNAVAILABLE,
                        "The database cannot be used just now: " + away.getMessage() + " " + SAFE);
            case NotInCharge other ->
                problem(Problem.Kind.UNAVAILABLE, "Try again in a few seconds: " + other.getMessage() + ".");
            default -> Optional.empty();
        };
    }

    private static Optional<Problem> problem(Problem.Kind kind, String detail) {
        return Optional.of(kind.because(detail).problem());
    }
}
