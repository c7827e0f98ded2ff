package dev.evenkeel.server.events;

import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Json;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.view.EventView;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code GET /v1/events}: the outbox as server-sent events (WHATWG HTML §9.2), resumed by {@code Last-Event-ID}. */
public final class EventsApi {
    private static final Logger LOG = LoggerFactory.getLogger(EventsApi.class);
    private static final int BATCH = 500;

    private final RunStore store;
    private final LongSupplier newest;
    private final NoticeFeed feed;
    private final Duration heartbeat;
    private final Veil veil;

    /** @param heartbeat after so long without an event a comment is sent, so that both ends see a dead connection */
    public EventsApi(RunStore store, LongSupplier newest, NoticeFeed feed, Duration heartbeat, Veil veil) {
        this.store = store;
        this.newest = newest;
        this.feed = feed;
        this.heartbeat = heartbeat;
        this.veil = veil;
    }

    public List<Route> routes() {
        return List.of(new Route(
                Route.Verb.GET,
                "/v1/events",
                Access.READ,
                List.of("after", "run", "rollout", "host"),
                null,
                (Route.Streaming) this::stream));
    }

    private void stream(Call call, ServerResponse response) throws InterruptedException {
        Reader reader = call.who().only().isEmpty() ? new Reader.OfAll() : new Reader.Owner(call, veil);
        long from = from(call, reader);
        Predicate<EventView> wanted = filter(call);
        feed.enter();
        try (SseSink sink = response.sink(SseSink.TYPE)) {
            sink.emit(SseEvent.builder()
                    .comment("evenkeel events after " + reader.shown(from))
                    .build());
            tell(from, reader, wanted, sink);
        } catch (UncheckedIOException e) {
            LOG.debug("a listener went away", e);
        } finally {
            feed.leave();
        }
    }

    private void tell(long from, Reader reader, Predicate<EventView> wanted, SseSink sink) throws InterruptedException {
        long seen = from;
        long quietSince = System.nanoTime();
        boolean open = true;
        while (open) {
            List<NumberedNotice> notices = store.notices(seen, BATCH);
            seen = notices.isEmpty() ? seen : notices.getLast().sequence();
            for (EventView event : reader.read(notices)) {
                if (wanted.test(event)) {
                    sink.emit(message(event));
                    quietSince = System.nanoTime();
                }
            }
            if (notices.size() < BATCH) {
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

    private static SseEvent message(EventView event) {
        return SseEvent.builder()
                .id(Long.toString(event.sequence()))
                .name(event.type())
                .data(new String(Json.write(event), StandardCharsets.UTF_8))
                .build();
    }

    private long from(Call call, Reader reader) {
        Optional<String> last = call.header("Last-Event-ID");
        return last.map(text -> Call.sequence("Last-Event-ID", text))
                .or(() -> call.query("after").map(text -> Call.sequence("after", text)))
                .map(reader::meant)
                .orElseGet(newest::getAsLong);
    }

    private static Predicate<EventView> filter(Call call) {
        Optional<String> run = call.query("run");
        Optional<String> rollout = call.query("rollout");
        Optional<String> host = call.query("host");
        return event -> run.map(id -> id.equals(event.run())).orElse(true)
                && rollout.map(id -> id.equals(event.rollout())).orElse(true)
                && host.map(id -> id.equals(event.host())).orElse(true);
    }
}
