package dev.evenkeel.server;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.server.api.WebhooksApi;
import dev.evenkeel.server.events.NoticeFeed;
import dev.evenkeel.server.events.ScheduledEventLog;
import dev.evenkeel.server.events.ScheduledEventStream;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.loop.Shards;
import dev.evenkeel.server.loop.Upkeep;
import dev.evenkeel.server.notice.RunNotices;
import dev.evenkeel.server.observe.Metrics;
import dev.evenkeel.server.webhook.Courier;
import dev.evenkeel.server.webhook.Destinations;
import dev.evenkeel.server.webhook.Envelopes;
import dev.evenkeel.server.webhook.Sender;
import dev.evenkeel.store.PgAudit;
import dev.evenkeel.store.PgStore;
import dev.evenkeel.store.Webhook;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The parts that tell of scheduled events outside of VMs: the log of their changes, its stream, and webhooks.
 *
 * @param feed to be closed before the listeners, so that whoever waits goes home
 */
record Outside(List<Route> routes, NoticeFeed feed) {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    Outside {
        routes = List.copyOf(routes);
    }

    /** Starts them; all but the feed are closed with the rest. */
    static Outside start(
            ServerSettings settings,
            PgStore store,
            RunNotices notices,
            FleetRegistry registry,
            Shards shards,
            String holder,
            Veil veil,
            Metrics metrics,
            TimeSource time,
            SecureRandom random,
            Closing closing) {
        ScheduledEventLog log = new ScheduledEventLog(
                notices,
                store.runs(),
                registry::snapshot,
                shard -> shards.lease(shard).isPresent(),
                store.scheduledEvents(),
                time);
        closing.before(new Upkeep("look at what changed of scheduled events", LOOK_EVERY, log::look));
        Destinations destinations = new Destinations(settings.webhooks());
        Envelopes envelopes = new Envelopes(veil.hide("fleet"));
        Courier courier = closing.before(new Courier(
                store.webhooks(),
                store.deliveries(),
                envelopes,
                new Sender(destinations, settings.webhooks()),
                settings.webhooks(),
                holder,
                time,
                random,
                new Witness(metrics, store.audit(), time)));
        closing.before(new Upkeep("delivery to webhooks", LOOK_EVERY, courier::look));
        NoticeFeed feed = new NoticeFeed(store.scheduledEvents()::newest, Server.FEED_LOOKS_EVERY);
        List<Route> routes = Stream.concat(
                        new ScheduledEventStream(store.scheduledEvents(), feed, settings.streamHeartbeat(), veil)
                                .routes().stream(),
                        new WebhooksApi(store.webhooks(), store.deliveries(), destinations, envelopes, random, time)
                                .routes().stream())
                .toList();
        return new Outside(routes, feed);
    }

    /** Counts what becomes of deliveries, and writes down what the server does to a webhook by itself. */
    private record Witness(Metrics metrics, PgAudit audit, TimeSource time) implements Courier.Witness {
        @Override
        public void attempted(String outcome) {
            metrics.delivery(outcome);
        }

        @Override
        public void disabled(Webhook webhook, String why) {
            audit.add(time.now(), "evenkeel", "webhook disabled", "/v1/webhooks/" + webhook.id(), why, Map.of());
        }
    }
}
