package dev.evenkeel.cli.watch;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.EventStream;
import dev.evenkeel.cli.client.EventStream.Signal;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.LiveBlock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Follows one thing to its end. Events say that something changed; the state itself is asked for anew, so a lost event
 * can delay what is shown but never falsify it. A server that goes away is waited for.
 */
final class Watch {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration REFRESH = Duration.ofSeconds(5);
    private static final Duration LAST_WORDS = Duration.ofMillis(300);

    /** What is followed. */
    interface Subject {
        /** Which events belong to it. */
        Query events();

        /** How it is now. */
        JsonNode state();

        boolean ended(JsonNode state);

        /** Lines that change in place on a terminal. */
        List<String> block(JsonNode state);
    }

    private final Session session;
    private final Subject subject;
    private final Wait wait;
    private final @Nullable LiveBlock live;

    Watch(Session session, Subject subject, Wait wait) {
        this.session = session;
        this.subject = subject;
        this.wait = wait;
        boolean inPlace = wait.show()
                && session.format().forPeople()
                && session.surroundings().terminal();
        this.live = inPlace ? new LiveBlock(session.out()) : null;
    }

    /**
     * Stays to the end and returns the last state.
     *
     * @param after the event after which to begin telling, or null for now
     * @throws CommandFailed with {@link ExitCode#TIMED_OUT} when the time that was given is over
     */
    JsonNode toTheEnd(@Nullable Long after) throws InterruptedException {
        try (EventStream events = session.api().events(subject.events(), after)) {
            JsonNode state = subject.state();
            Instant asked = session.now();
            Instant until = wait.timeout().map(asked::plus).orElse(Instant.MAX);
            show(state);
            while (!subject.ended(state)) {
                boolean changed = tell(events, TICK);
                Instant now = session.now();
                if (changed || Duration.between(asked, now).compareTo(REFRESH) >= 0) {
                    state = ask(state);
                    asked = now;
                }
                show(state);
                if (now.isAfter(until) && !subject.ended(state)) {
                    throw new CommandFailed(
                            ExitCode.TIMED_OUT,
                            "it has not ended within the --timeout; it goes on without this command");
                }
            }
            while (tell(events, LAST_WORDS)) {
                show(state);
            }
            return state;
        } finally {
            if (live != null) {
                live.close();
            }
        }
    }

    /** Tells all that has come; false when nothing came within {@code patience}. */
    private boolean tell(EventStream events, Duration patience) throws InterruptedException {
        Optional<Signal> signal = events.next(patience);
        boolean any = signal.isPresent();
        while (signal.isPresent()) {
            switch (signal.get()) {
                case Signal.Happened happened -> say(happened.event());
                case Signal.Lost lost -> session.note("lost the connection (" + lost.why() + "); trying again");
                case Signal.Back back -> session.note("connected again");
                case Signal.Refused refused -> throw refused.why();
            }
            signal = events.next(Duration.ZERO);
        }
        return any;
    }

    private void say(JsonNode event) {
        if (!wait.show()) {
            return;
        }
        if (live != null) {
            live.above(EventLine.of(session, event));
        } else {
            session.out().print(EventLine.print(session, event));
            session.out().flush();
        }
    }

    private void show(JsonNode state) {
        if (live != null) {
            live.show(subject.block(state));
        }
    }

    private JsonNode ask(JsonNode before) {
        try {
            return subject.state();
        } catch (CommandFailed e) {
            if (e.code() == ExitCode.UNREACHABLE) {
                return before; // the event stream is being opened again, and says so
            }
            throw e;
        }
    }
}
