package dev.evenkeel.server.webhook;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.store.Delivery;
import dev.evenkeel.store.Delivery.State;
import dev.evenkeel.store.PgDeliveries;
import dev.evenkeel.store.PgDeliveries.Attempt;
import dev.evenkeel.store.PgWebhooks;
import dev.evenkeel.store.Webhook;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings deliveries to their receivers. Each look makes deliveries of what has changed, then serves webhooks to which something
 * is due, each by one thread of one server: who has waited longest first, and so many at once, of one tenant less, that receivers
 * that hang hold up nobody else. All that it knows is in the database.
 */
public final class Courier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
    private static final int BATCH = 200;
    /** Webhooks that are served at once, and those of one tenant, or of operators. */
    private static final int AT_ONCE = 32;

    private static final int AT_ONCE_OF_ONE = 4;
    /** Deliveries in a row before others have their turn. */
    private static final int IN_A_ROW = 50;
    /** A wait is that of the table, shorter or longer by up to this share, and no shorter than the receiver asks for. */
    private static final double JITTER = 0.2;

    private final PgWebhooks webhooks;
    private final PgDeliveries deliveries;
    private final Envelopes envelopes;
    private final Sender sender;
    private final WebhookSettings settings;
    private final String holder;
    private final TimeSource time;
    private final RandomGenerator random;
    private final Witness witness;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** How many are served now by whose they are; guarded by itself. */
    private final Map<String, Integer> serving = new HashMap<>();

    /** Is told what becomes of deliveries. */
    public interface Witness {
        /** @param outcome delivered, failed or dead */
        void attempted(String outcome);

        /** A receiver wants no more, and its webhook was disabled. */
        void disabled(Webhook webhook, String why);
    }

    /** @param holder names this process, as in leases */
    public Courier(
            PgWebhooks webhooks,
            PgDeliveries deliveries,
            Envelopes envelopes,
            Sender sender,
            WebhookSettings settings,
            String holder,
            TimeSource time,
            RandomGenerator random,
            Witness witness) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.envelopes = envelopes;
        this.sender = sender;
        this.settings = settings;
        this.holder = holder;
        this.time = time;
        this.random = random;
        this.witness = witness;
    }

    /** Looks once what is to be sent, and begins to. For one thread. */
    public void look() {
        for (String id : webhooks.behind()) {
            boolean more = true;
            while (more) {
                more = webhooks.enqueue(id, BATCH, envelopes::of);
            }
        }
        int free;
        synchronized (serving) {
            free = AT_ONCE - serving.values().stream().mapToInt(n -> n).sum();
        }
        if (free > 0) {
            webhooks.ready(AT_ONCE * AT_ONCE_OF_ONE).forEach(this::begin);
        }
    }

    private void begin(Webhook webhook) {
        String whose = String.valueOf(webhook.tenant());
        if (!enter(whose)) {
            return;
        }
        boolean begun = false;
        try {
            if (webhooks.hold(webhook.id(), holder, patience())) {
                threads.submit(() -> serve(webhook, whose));
                begun = true;
            }
        } finally {
            if (!begun) {
                leave(whose);
            }
        }
    }

    private boolean enter(String whose) {
        synchronized (serving) {
            int all = serving.values().stream().mapToInt(n -> n).sum();
            int its = serving.getOrDefault(whose, 0);
            if (all >= AT_ONCE || its >= AT_ONCE_OF_ONE) {
                return false;
            }
            serving.put(whose, its + 1);
            return true;
        }
    }

    private void leave(String whose) {
        synchronized (serving) {
            serving.merge(whose, -1, Integer::sum);
            serving.remove(whose, 0);
        }
    }

    /** A server that died in the middle has a webhook for so long. */
    private Duration patience() {
        return settings.timeout().multipliedBy(2).plusSeconds(1);
    }

    private void serve(Webhook webhook, String whose) {
        try {
            boolean taken = true;
            for (int i = 0; taken && i < IN_A_ROW && webhooks.hold(webhook.id(), holder, patience()); i++) {
                Optional<Delivery> next = deliveries.next(webhook.id());
                taken = next.isPresent() && deliver(webhook, next.get());
            }
        } catch (InterruptedException e) {
            LOG.debug("the server stops; what was being sent to webhook {} is sent again", webhook.id());
        } catch (RuntimeException e) {
            LOG.warn("webhook {} is served later: {}", webhook.id(), e.toString());
        } finally {
            giveBack(webhook);
            leave(whose);
        }
    }

    private void giveBack(Webhook webhook) {
        try {
            webhooks.release(webhook.id(), holder);
        } catch (RuntimeException e) {
            LOG.debug("webhook {} comes free by itself", webhook.id(), e);
        }
    }

    /** Whether it arrived. */
    private boolean deliver(Webhook webhook, Delivery delivery) throws InterruptedException {
        Sender.Reply reply = sender.send(webhook, delivery, time.now());
        if (reply.taken()) {
            note(webhook, delivery, reply, State.DELIVERED, Duration.ZERO);
        } else if (reply.gone()) {
            note(webhook, delivery, reply, State.DEAD, Duration.ZERO);
            String why = "its receiver answered 410 Gone";
            webhooks.disable(webhook.id(), why);
            witness.disabled(webhook, why);
        } else if (delivery.attempts() < settings.retries().size()) {
            double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
            Duration table = settings.retries().get(delivery.attempts());
            Duration wait = Duration.ofMillis((long) (table.toMillis() * factor));
            note(webhook, delivery, reply, State.WAITING, wait.compareTo(reply.rest()) < 0 ? reply.rest() : wait);
        } else {
            note(webhook, delivery, reply, State.DEAD, Duration.ZERO);
        }
        return reply.taken();
    }

    private void note(Webhook webhook, Delivery delivery, Sender.Reply reply, State state, Duration again) {
        deliveries.tried(webhook.id(), delivery.number(), new Attempt(state, reply.status(), reply.words(), again));
        witness.attempted(
                switch (state) {
                    case WAITING -> "failed";
                    case DELIVERED -> "delivered";
                    case DEAD -> "dead";
                });
    }

    /** Breaks off what is under way; it is sent again by whoever comes next. */
    @Override
    public void close() throws InterruptedException {
        threads.shutdownNow();
        if (!threads.awaitTermination(2, java.util.concurrent.TimeUnit.SECONDS)) {
            LOG.debug("some deliveries are still under way");
        }
        sender.close();
    }
}
