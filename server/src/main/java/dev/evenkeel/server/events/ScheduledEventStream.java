package dev.evenkeel.server.events;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.http.Access;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.view.ScheduledEventChangeView;
import dev.evenkeel.store.PgScheduledEvents;
import dev.evenkeel.store.ScheduledEventChange;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;

/**
 * {@code GET /v1/scheduled-events/stream}: changes of scheduled events as server-sent events, resumed by {@code
 * Last-Event-ID}. A tenant reads of VMs that were its own when it happened.
 */
public final class ScheduledEventStream {
    private static final int BATCH = 500;

    private final PgScheduledEvents stored;
    private final Tail tail;
    private final Veil veil;

    /** @param heartbeat after so long without an event a comment is sent, so that both ends see a dead connection */
    public ScheduledEventStream(PgScheduledEvents stored, NoticeFeed feed, Duration heartbeat, Veil veil) {
        this.stored = stored;
        this.tail = new Tail(feed, heartbeat);
        this.veil = veil;
    }

    public List<Route> routes() {
        return List.of(new Route(
                Route.Verb.GET,
                "/v1/scheduled-events/stream",
                Access.READ,
                List.of("after", "vm", "tenant"),
                null,
                (Route.Streaming) this::stream));
    }

    private void stream(Call call, ServerResponse response) throws InterruptedException {
        boolean veiled = call.who().only().isPresent();
        LongUnaryOperator shown = veiled ? veil::hide : LongUnaryOperator.identity();
        long from = Tail.asked(call)
                .map(sequence -> veiled ? veil.show(sequence) : sequence)
                .orElseGet(stored::newest);
        Predicate<ScheduledEventChange> wanted = change -> call.who().sees(new TenantId(change.tenant()))
                && call.query("vm").map(change.vm()::equals).orElse(true)
                && call.query("tenant").map(change.tenant()::equals).orElse(true);
        tail.tell(
                "evenkeel scheduled events after " + shown.applyAsLong(from),
                from,
                seen -> read(wanted, shown, seen),
                response);
    }

    private Tail.Batch read(Predicate<ScheduledEventChange> wanted, LongUnaryOperator shown, long seen) {
        List<ScheduledEventChange> changes = stored.after(seen, BATCH);
        return new Tail.Batch(
                changes.isEmpty() ? seen : changes.getLast().sequence(),
                changes.size() == BATCH,
                changes.stream()
                        .filter(wanted)
                        .map(change -> message(change, shown.applyAsLong(change.sequence())))
                        .toList());
    }

    private static Tail.Message message(ScheduledEventChange change, long sequence) {
        return new Tail.Message(sequence, change.type(), ScheduledEventChangeView.of(change, sequence));
    }
}
