package dev.evenkeel.server.api;

import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.loop.NotInCharge;
import dev.evenkeel.store.StoreUnavailable;
import java.util.Optional;

/** The problems that other packages' exceptions stand for: all of them are worth another try. */
public final class Trouble {
    private Trouble() {}

    public static Optional<Problem> of(Exception e) {
        return switch (e) {
            case StoreUnavailable away ->
                problem(
                        away.reason() == StoreUnavailable.Reason.DISK_FULL
                                ? Problem.Kind.NO_ROOM
                                : Problem.Kind.UNAVAILABLE,
                        "The database cannot be used just now: " + away.getMessage()
                                + " With the same Idempotency-Key an order is safe to repeat.");
            case NotInCharge other ->
                problem(Problem.Kind.UNAVAILABLE, "Try again in a few seconds: " + other.getMessage() + ".");
            default -> Optional.empty();
        };
    }

    private static Optional<Problem> problem(Problem.Kind kind, String detail) {
        return Optional.of(kind.because(detail).problem());
    }
}
