package dev.evenkeel.cli.client;

import dev.evenkeel.cli.CommandFailed;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The server's events, in order and without a hole: when the connection breaks, or nothing at all has come for longer
 * than the server's keep-alive comments allow, it is opened again after the last event that arrived.
 *
 * <p>One thread of its own reads; {@link #next} is for one other thread.
 */
public final class EventStream implements AutoCloseable {
    /** The server sends a comment every 10 s, so three missed ones mean that the connection is dead. */
    private static final Duration SILENCE = Duration.ofSeconds(35);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** What the stream has to say. */
    public sealed interface Signal {
        /** An event, as the stream's schema in the API describes it. */
        record Happened(JsonNode event) implements Signal {}

        /** The connection is gone and is being opened again. */
        record Lost(String why) implements Signal {}

        /** The connection stands again, and no event was missed. */
        record Back() implements Signal {}

        /** It cannot be opened again, and trying further is of no use. */
        record Refused(CommandFailed why) implements Signal {}
    }

    private final Api api;
    private final Query query;
    private final String[] steps;
    private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(1000);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile InputStream stream;
    private volatile long heardAt = System.nanoTime();
    private @Nullable Long last;

    private EventStream(Api api, Query query, @Nullable Long after, InputStream stream, String... steps) {
        this.steps = steps.clone();
        this.api = api;
        this.query = query;
        this.last = after;
        this.stream = stream;
    }

    /**
     * Opens it; when this returns, no event from now on is missed.
     *
     * @param steps where the stream is
     * @param after the sequence after which to begin, or null for now
     * @throws CommandFailed when the server does not answer or refuses
     */
    static EventStream open(Api api, Query query, @Nullable Long after, String... steps) {
        try {
            EventStream events =
                    new EventStream(api, query, after, checked(api.openEvents(query, after, steps)), steps);
            Thread.ofVirtual().name("events").start(events::read);
            return events;
        } catch (IOException e) {
            throw api.unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(dev.evenkeel.cli.ExitCode.FAILED, "interrupted");
        }
    }

    /** The next signal; empty when none came within {@code patience}. */
    public Optional<Signal> next(Duration patience) throws InterruptedException {
        Signal signal = signals.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (signal instanceof Signal.Refused refused) {
            throw refused.why();
        }
        if (signal == null && System.nanoTime() - heardAt > SILENCE.toNanos()) {
            heardAt = System.nanoTime();
            closeQuietly(stream);
        }
        return Optional.ofNullable(signal);
    }

    @Override
    public void close() {
        closed.countDown();
        closeQuietly(stream);
    }

    private void read() {
        try {
            while (closed.getCount() > 0) {
                String why = readUntilBroken();
                if (closed.getCount() > 0) {
                    signals.put(new Signal.Lost(why));
                    signals.put(reopen());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hands on what arrives; returns why nothing more does. */
    private String readUntilBroken() throws InterruptedException {
        SseReader reader = new SseReader(stream, () -> heardAt = System.nanoTime());
        try {
            Optional<SseReader.Message> message = reader.next();
            while (message.isPresent()) {
                JsonNode event = Json.parse(message.get().data());
                signals.put(new Signal.Happened(event));
                if (!message.get().id().isEmpty()) {
                    last = Long.valueOf(message.get().id());
                }
                message = reader.next();
            }
            return "the server closed it";
        } catch (IOException e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        } catch (JacksonException | NumberFormatException e) {
            return "an event could not be read: " + e.getMessage();
        }
    }

    /** Tries until the stream stands again, the server refuses, or this is closed. */
    private Signal reopen() throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                HttpResponse<InputStream> answer = api.openEvents(query, last, steps);
                if (answer.statusCode() < 500) {
                    stream = checked(answer);
                    heardAt = System.nanoTime();
                    return new Signal.Back();
                }
                closeQuietly(answer.body());
            } catch (CommandFailed e) {
                closed.countDown();
                return new Signal.Refused(e);
            } catch (IOException e) {
                // still down; the loop is the answer
            }
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
        return new Signal.Back();
    }

    private static InputStream checked(HttpResponse<InputStream> answer) throws IOException {
        if (answer.statusCode() == 200) {
            return answer.body();
        }
        try (InputStream body = answer.body()) {
            throw Problems.from(answer.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static void closeQuietly(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // it is being thrown away
        }
    }
}
