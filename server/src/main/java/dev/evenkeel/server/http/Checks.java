package dev.evenkeel.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a request, so that one answer names all of it. */
public final class Checks {
    private final List<FieldError> errors = new ArrayList<>();

    public void wrong(String field, @Nullable String value, String remedy) {
        errors.add(new FieldError(field, value, remedy));
    }

    public void wrongUnless(boolean good, String field, @Nullable Object value, String remedy) {
        if (!good) {
            wrong(field, value == null ? null : value.toString(), remedy);
        }
    }

    /** Whether nothing was wrong yet, for what can only be told of values that are right. */
    public boolean good() {
        return errors.isEmpty();
    }

    /** The value of a field that must be there; {@code stand-in} when it is not, which {@link #done} then refuses. */
    public <T> T required(String field, @Nullable T value, T standIn, String remedy) {
        if (value == null) {
            wrong(field, null, remedy);
            return standIn;
        }
        return value;
    }

    /** A field turned into a typed id or the like; null when it is missing or the constructor refuses it. */
    public <F, T> @Nullable T parsed(String field, @Nullable F value, Function<F, T> parse) {
        if (value == null) {
            return null;
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException e) {
            wrong(field, value.toString(), String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** @throws ProblemException with everything that was wrong, if anything was */
    public void done() {
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors);
        }
    }

    /** What to do with a value that is not there. */
    public static <T> T orElse(@Nullable T value, Supplier<T> other) {
        return value == null ? other.get() : value;
    }
}
