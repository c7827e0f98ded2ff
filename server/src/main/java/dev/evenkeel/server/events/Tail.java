package dev.evenkeel.server.events;

import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Json;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a numbered log as server-sent events (WHATWG HTML §9.2), from some place on and then as it grows. */
final class Tail {
    private static final Logger LOG = LoggerFactory.getLogger(Tail.class);

    private final NoticeFeed feed;
    private final Duration heartbeat;

    /** @param heartbeat after so long without an event a comment is sent, so that both ends see a dead connection */
    Tail(NoticeFeed feed, Duration heartbeat) {
        this.feed = feed;
        this.heartbeat = heartbeat;
    }

    /** @param data written as JSON */
    record Message(long id, String name, Object data) {}

    /**
     * What a log holds after some place.
     *
     * @param seen up to where it was read
     * @param full there may be more already
     */
    record Batch(long seen, boolean full, List<Message> messages) {}

    /** A log, as far as one reader may read it. */
    @FunctionalInterface
    interface Log {
        Batch after(long seen);
    }

    /** Where a caller wants to go on; nothing where it wants to begin now. */
    static Optional<Long> asked(Call call) {
        Optional<String> last = call.header("Last-Event-ID");
        return last.map(text -> Call.sequence("Last-Event-ID", text))
                .or(() -> call.query("after").map(text -> Call.sequence("after", text)));
    }

    /** Tells until the reader goes or the server stops. */
    void tell(String greeting, long from, Log log, ServerResponse response) throws InterruptedException {
        feed.enter();
        try (SseSink sink = response.sink(SseSink.TYPE)) {
            sink.emit(SseEvent.builder().comment(greeting).build());
            tell(from, log, sink);
        } catch (UncheckedIOException e) {
            LOG.debug("a listener went away", e);
        } finally {
            feed.leave();
        }
    }

    private void tell(long from, Log log, SseSink sink) throws InterruptedException {
        long seen = from;
        long quietSince = System.nanoTime();
        boolean open = true;
        while (open) {
            Batch batch = log.after(seen);
            seen = batch.seen();
            for (Message message : batch.messages()) {
                sink.emit(event(message));
                quietSince = System.nanoTime();
            }
            if (!batch.full()) {
                long quiet = System.nanoTime() - quietSince;
                if (quiet >= heartbeat.toNanos()) {
                    sink.emit(SseEvent.builder().comment("still here").build());
                    quietSince = System.nanoTime();
                    quiet = 0;
                }
                open = feed.await(seen, heartbeat.minusNanos(quiet));
            }
        }
    }

    private static SseEvent event(Message message) {
        return SseEvent.builder()
                .id(Long.toString(message.id()))
                .name(message.name())
                .data(new String(Json.write(message.data()), StandardCharsets.UTF_8))
                .build();
    }
}
