package dev.evenkeel.server.events;

import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.view.EventView;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** {@code GET /v1/events}: the outbox as server-sent events, resumed by {@code Last-Event-ID}. */
public final class EventsApi {
    private static final int BATCH = 500;

    private final RunStore store;
    private final LongSupplier newest;
    private final Tail tail;
    private final Veil veil;

    /** @param heartbeat after so long without an event a comment is sent, so that both ends see a dead connection */
    public EventsApi(RunStore store, LongSupplier newest, NoticeFeed feed, Duration heartbeat, Veil veil) {
        this.store = store;
        this.newest = newest;
        this.tail = new Tail(feed, heartbeat);
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
        long from = Tail.asked(call).map(reader::meant).orElseGet(newest::getAsLong);
        Predicate<EventView> wanted = filter(call);
        tail.tell("evenkeel events after " + reader.shown(from), from, seen -> read(reader, wanted, seen), response);
    }

    private Tail.Batch read(Reader reader, Predicate<EventView> wanted, long seen) {
        List<NumberedNotice> notices = store.notices(seen, BATCH);
        return new Tail.Batch(
                notices.isEmpty() ? seen : notices.getLast().sequence(),
                notices.size() == BATCH,
                reader.read(notices).stream()
                        .filter(wanted)
                        .map(event -> new Tail.Message(event.sequence(), event.type(), event))
                        .toList());
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
