package dev.evenkeel.agent.metadata;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** How a request is answered. */
sealed interface Reply {
    /** At once. */
    record Now(HttpAnswer answer) implements Reply {}

    /**
     * When there is something to say: it is looked for after each change and now and then.
     *
     * @param look what to say, once there is something
     * @param most how long to wait for that
     * @param otherwise what is said after it
     */
    record Held(Supplier<Optional<HttpAnswer>> look, Duration most, Supplier<HttpAnswer> otherwise) implements Reply {}

    /** By work that may wait for the disk. */
    record Aside(Callable<HttpAnswer> work) implements Reply {}

    static Reply now(HttpAnswer answer) {
        return new Now(answer);
    }
}
