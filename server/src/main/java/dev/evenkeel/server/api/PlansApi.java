package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.exempt.Exemptions;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.MethodChoice;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.server.exempt.ExemptionBook;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.PlanView;
import dev.evenkeel.server.view.PlanView.HostPlanView;
import dev.evenkeel.server.view.PlanView.RefusedMethodView;
import dev.evenkeel.server.view.PlanView.VmForecastView;
import dev.evenkeel.server.view.RefusalView;
import dev.evenkeel.store.PgUpdates;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a rollout would do, as things are now. Changes nothing. */
public final class PlansApi {
    private final PgUpdates updates;
    private final PauseModel pauses;
    private final ExemptionBook exemptions;
    private final TimeSource time;

    public PlansApi(PgUpdates updates, PauseModel pauses, ExemptionBook exemptions, TimeSource time) {
        this.updates = updates;
        this.exemptions = exemptions;
        this.time = time;
        this.pauses = pauses;
    }

    public List<Route> routes() {
        return List.of(Route.question("/v1/plans", Bodies.PlanOrder.class, this::plan));
    }

    private Answer plan(Call call) {
        Bodies.PlanOrder order = call.body(Bodies.PlanOrder.class);
        Checks checks = new Checks();
        String id =
                checks.required("update", order.update(), "", "give the id of an update; GET /v1/updates lists them");
        checks.done();
        Update update = UpdatesApi.find(updates, id);
        Fleet fleet = call.fleet();
        List<Host> hosts = HostChoice.of(fleet, order.hosts(), order.selector(), checks);
        checks.done();
        return Answer.ok(new PlanView(
                id, hosts.stream().map(host -> plan(host, update, fleet)).toList()));
    }

    private HostPlanView plan(Host host, Update update, Fleet fleet) {
        boolean already = update.isAllOver(host, fleet);
        Map<String, String> before = new TreeMap<>();
        update.verify()
                .keySet()
                .forEach(name -> before.put(name, host.facts().versions().getOrDefault(name, "unknown")));
        if (already) {
            return new HostPlanView(host.id().value(), true, null, before, before, List.of(), List.of());
        }
        Exemptions those = exemptions.exemptions();
        Instant now = time.now();
        MethodChoice choice = Ladder.choose(
                update,
                host,
                fleet,
                pauses,
                id -> updates.find(id).orElse(null),
                vm -> those.refusal(vm, update.id(), now),
                null);
        return new HostPlanView(
                host.id().value(),
                false,
                choice.method() == null ? null : choice.method().name(),
                before,
                update.verify(),
                choice.rungs().stream()
                        .filter(rung -> !rung.refusals().isEmpty())
                        .map(rung -> new RefusedMethodView(
                                rung.method().name(),
                                rung.refusals().stream().map(RefusalView::of).toList()))
                        .toList(),
                choice.forecasts().stream()
                        .map(forecast -> forecast(forecast, fleet))
                        .toList());
    }

    private static VmForecastView forecast(VmForecast forecast, Fleet fleet) {
        Vm vm = fleet.vm(forecast.vm()).orElseThrow();
        return new VmForecastView(
                forecast.vm().value(),
                vm.name(),
                vm.tenant().value(),
                switch (forecast.impact()) {
                    case Impact.None n -> "NONE";
                    case Impact.Pause p -> "PAUSE";
                    case Impact.Restart r -> "RESTART";
                },
                switch (forecast.impact()) {
                    case Impact.None n -> null;
                    case Impact.Pause p -> p.expected().toMillis();
                    case Impact.Restart r -> forecast.total().toMillis();
                },
                forecast.total().toMillis(),
                forecast.to().value());
    }
}
