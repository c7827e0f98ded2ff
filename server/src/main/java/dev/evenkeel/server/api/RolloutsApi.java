package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.server.catalogue.SignedCatalogue;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.RolloutView;
import dev.evenkeel.store.PgUpdates;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** Rollouts: one update, a selection of hosts, a policy. */
public final class RolloutsApi {
    private final PgUpdates updates;
    private final SignedCatalogue catalogue;
    private final RunStore store;
    private final OwnersRollouts owners;
    private final RunDesk desk;
    private final TimeSource time;

    public RolloutsApi(PgUpdates updates, SignedCatalogue catalogue, RunStore store, RunDesk desk, TimeSource time) {
        this.updates = updates;
        this.catalogue = catalogue;
        this.store = store;
        this.owners = new OwnersRollouts(store);
        this.desk = desk;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/rollouts", this::list),
                Route.get("/v1/rollouts/{id}", this::get),
                Route.order("/v1/rollouts", Bodies.RolloutOrder.class, this::start),
                Route.order(
                        "/v1/rollouts/{id}/pause", Bodies.Reason.class, call -> tell(call, RunEvent.PauseOrdered::new)),
                Route.order(
                        "/v1/rollouts/{id}/resume",
                        Bodies.Reason.class,
                        call -> tell(call, RunEvent.ResumeOrdered::new)),
                Route.order(
                        "/v1/rollouts/{id}/cancel",
                        Bodies.Reason.class,
                        call -> tell(call, RunEvent.CancelOrdered::new)));
    }

    private Rollout find(Call call) {
        return Lookup.run(store, Rollout.class, "rollout", call.path("id"), "/v1/rollouts");
    }

    private Answer get(Call call) {
        return Answer.ok(
                call.who().only().isEmpty()
                        ? RolloutView.of(find(call))
                        : RolloutView.of(owners.find(call)).forOwner());
    }

    private Answer list(Call call) {
        if (call.who().only().isPresent()) {
            return Answer.ok(owners.page(call));
        }
        Page.Request page = call.page();
        RunId before = page.after() == null ? null : new RunId(page.after());
        List<Rollout> rollouts = store.runs(new RunQuery("Rollout", false, before, page.limit() + 1)).stream()
                .map(StoredRun::run)
                .map(Rollout.class::cast)
                .toList();
        return Answer.ok(page.cut(rollouts, rollout -> rollout.id().value(), RolloutView::of));
    }

    private Answer tell(Call call, BiFunction<String, String, RunEvent> event) {
        String reason = call.body(Bodies.Reason.class).reason();
        desk.tell(find(call), event.apply(call.who().name(), reason == null ? "no reason given" : reason));
        return Answer.ok(RolloutView.of(find(call)));
    }

    private Answer start(Call call) {
        Bodies.RolloutOrder order = call.body(Bodies.RolloutOrder.class);
        Checks checks = new Checks();
        String id =
                checks.required("update", order.update(), "", "give the id of an update; GET /v1/updates lists them");
        checks.done();
        Update update = UpdatesApi.find(updates, id);
        boolean back = Boolean.TRUE.equals(order.back());
        if (!back) { // what is trusted no more is just what has to go
            UpdatesApi.requireTrusted(catalogue, update);
        }
        checks.wrongUnless(
                !back || update.payload(Method.HOT_PATCH).isPresent(),
                "back",
                true,
                "only a hot patch is taken back, and " + id
                        + " has none; start a rollout of an update that brings the version before");
        checks.done();
        Fleet fleet = call.fleet();
        List<List<HostId>> rings = rings(order, fleet, checks);
        RolloutPolicy policy = Policies.of(order.policy(), checks);
        checks.done();
        MigrationDomainId shard = shard(rings, fleet, checks);
        Rollout rollout = Rollout.ordered(
                new RunId(call.newId("rollout")),
                shard,
                update.id(),
                policy,
                rings,
                time.now(),
                call.who().name(),
                order.reason() == null ? "" : order.reason());
        return desk.order(back ? rollout.takingBack() : rollout);
    }

    private static List<List<HostId>> rings(Bodies.RolloutOrder order, Fleet fleet, Checks checks) {
        if (order.rings() != null) {
            checks.wrongUnless(
                    order.hosts() == null && order.selector() == null,
                    "rings",
                    order.rings(),
                    "give either rings, or hosts and selector");
            checks.wrongUnless(!order.rings().isEmpty(), "rings", "[]", "give at least one ring");
            return HostChoice.rings(fleet, order.rings(), checks);
        }
        return List.of(HostChoice.of(fleet, order.hosts(), order.selector(), checks).stream()
                .map(Host::id)
                .toList());
    }

    private static MigrationDomainId shard(List<List<HostId>> rings, Fleet fleet, Checks checks) {
        TreeSet<MigrationDomainId> domains = new TreeSet<>();
        rings.forEach(ring -> ring.forEach(
                host -> domains.add(fleet.host(host).orElseThrow().topology().migrationDomain())));
        checks.wrongUnless(
                domains.size() == 1,
                "hosts",
                domains,
                "a rollout stays within one migration domain; order one for each, by selector.migrationDomain");
        checks.done();
        return domains.getFirst();
    }
}
