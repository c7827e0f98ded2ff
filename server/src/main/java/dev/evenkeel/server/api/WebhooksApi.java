package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.server.events.ChangeType;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.DeliveryView;
import dev.evenkeel.server.view.ReplayView;
import dev.evenkeel.server.view.WebhookView;
import dev.evenkeel.server.webhook.Destinations;
import dev.evenkeel.server.webhook.Envelopes;
import dev.evenkeel.server.webhook.Secret;
import dev.evenkeel.store.Delivery;
import dev.evenkeel.store.PgDeliveries;
import dev.evenkeel.store.PgWebhooks;
import dev.evenkeel.store.Webhook;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Webhooks: who is told of scheduled events over HTTP, and what became of it. */
public final class WebhooksApi {
    private static final String LIST = "/v1/webhooks";
    /** An owner has no more webhooks than this. */
    private static final int MOST = 50;

    private final PgWebhooks webhooks;
    private final PgDeliveries deliveries;
    private final Destinations destinations;
    private final Envelopes envelopes;
    private final SecureRandom random;
    private final TimeSource time;

    public WebhooksApi(
            PgWebhooks webhooks,
            PgDeliveries deliveries,
            Destinations destinations,
            Envelopes envelopes,
            SecureRandom random,
            TimeSource time) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.destinations = destinations;
        this.envelopes = envelopes;
        this.random = random;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list(LIST, this::list),
                Route.order(LIST, Bodies.WebhookOrder.class, this::make),
                Route.get(LIST + "/{id}", call -> Answer.ok(WebhookView.of(find(call)))),
                Route.change(LIST + "/{id}", Bodies.WebhookChange.class, this::change),
                Route.removal(LIST + "/{id}", this::remove),
                Route.list(LIST + "/{id}/deliveries", this::deliveries, "state"),
                Route.order(LIST + "/{id}/replay", Bodies.ReplayOrder.class, this::replay),
                Route.order(LIST + "/{id}/ping", Bodies.Reason.class, this::ping));
    }

    private List<Webhook> seen(Call call) {
        return webhooks.all().stream()
                .filter(webhook -> Owners.seen(call, webhook.tenant()))
                .toList();
    }

    private Webhook find(Call call) {
        String id = call.path("id");
        return seen(call).stream()
                .filter(webhook -> webhook.id().equals(id))
                .findFirst()
                .orElseThrow(() -> Lookup.missing("webhook", id, LIST));
    }

    private Answer list(Call call) {
        return Answer.ok(call.page().of(seen(call), Webhook::id, WebhookView::of));
    }

    private Answer make(Call call) {
        Bodies.WebhookOrder order = call.body(Bodies.WebhookOrder.class);
        Checks checks = new Checks();
        TenantId tenant = Owners.named(call, order.tenant(), checks);
        String url = checks.required("url", order.url(), "", "give the URL that is to be told");
        List<String> types = order.types() == null ? List.of() : order.types();
        for (int i = 0; i < types.size(); i++) {
            checks.wrongUnless(
                    ChangeType.WORDS.contains(types.get(i)),
                    "types[" + i + "]",
                    types.get(i),
                    "give one of " + ChangeType.WORDS);
        }
        Secret secret = order.secret() == null ? Secret.make(random) : secret(order.secret(), checks);
        checks.done();
        destinations.wrong(url).ifPresent(remedy -> checks.wrong("url", url, remedy));
        checks.done();
        if (webhooks.all().stream()
                        .filter(other -> Objects.equals(other.tenant(), tenant))
                        .count()
                >= MOST) {
            throw Problem.Kind.CONFLICT.because("There are " + MOST + " webhooks already; delete some first.");
        }
        String text = Objects.requireNonNull(secret).text();
        Webhook made = webhooks.add(
                call.newId("wh"),
                tenant,
                url,
                types,
                text,
                !Boolean.FALSE.equals(order.enabled()),
                call.who().name());
        return Answer.created(LIST + "/" + made.id(), WebhookView.of(made).withSecret(text))
                .secret();
    }

    /** Null when it is none, which the checks then refuse without repeating it. */
    private static @Nullable Secret secret(String text, Checks checks) {
        try {
            return Secret.parse(text);
        } catch (IllegalArgumentException e) {
            checks.wrong("secret", null, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private Answer change(Call call) {
        Webhook webhook = find(call);
        Boolean enabled = call.body(Bodies.WebhookChange.class).enabled();
        Checks checks = new Checks();
        boolean wanted = checks.required("enabled", enabled, false, "say true or false");
        checks.done();
        if (wanted) {
            webhooks.enable(webhook.id());
        } else {
            webhooks.disable(webhook.id(), "by " + call.who().name());
        }
        return Answer.ok(WebhookView.of(find(call)));
    }

    private Answer remove(Call call) {
        Webhook webhook = find(call);
        webhooks.remove(webhook.id());
        return Answer.ok(WebhookView.of(webhook));
    }

    private Answer deliveries(Call call) {
        Webhook webhook = find(call);
        Delivery.State state = call.query("state").map(WebhooksApi::state).orElse(null);
        Page.Request page = call.page();
        Long before = page.after() == null ? null : Call.sequence("cursor", page.after());
        return Answer.ok(page.cut(
                deliveries.list(webhook.id(), state, before, page.limit() + 1),
                delivery -> Long.toString(delivery.number()),
                DeliveryView::of));
    }

    private static Delivery.State state(String text) {
        return Arrays.stream(Delivery.State.values())
                .filter(state -> state.name().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        Problem.invalid("state", text, "give one of " + Arrays.toString(Delivery.State.values())));
    }

    private Answer replay(Call call) {
        Webhook webhook = enabled(call);
        Bodies.ReplayOrder order = call.body(Bodies.ReplayOrder.class);
        String one = order.delivery();
        if (one != null && deliveries.find(webhook.id(), one).isEmpty()) {
            throw Lookup.missing("delivery", one, LIST + "/" + webhook.id() + "/deliveries");
        }
        if (one != null && order.since() != null) {
            throw Problem.invalid("since", order.since().toString(), "leave it out, or leave out delivery");
        }
        return Answer.ok(new ReplayView(deliveries.replay(webhook.id(), one, order.since())));
    }

    private Answer ping(Call call) {
        Webhook webhook = enabled(call);
        Delivery.Draft draft = envelopes.ping(webhook, time.now());
        deliveries.add(webhook, draft);
        Delivery made = deliveries
                .find(webhook.id(), draft.id())
                .orElseThrow(() -> Lookup.missing("webhook", webhook.id(), LIST));
        return Answer.accepted(LIST + "/" + webhook.id() + "/deliveries", DeliveryView.of(made));
    }

    private Webhook enabled(Call call) {
        Webhook webhook = find(call);
        if (!webhook.enabled()) {
            throw Problem.Kind.CONFLICT.because(
                    "Webhook " + webhook.id() + " is disabled (" + webhook.disabledWhy() + "); enable it first.");
        }
        return webhook;
    }
}
