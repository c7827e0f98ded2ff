package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.HeldScope;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.HostView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Hosts: what they are, and whether VMs may come. */
public final class HostsApi {
    /** So many VMs that are in the way are named. */
    private static final int TOLD = 5;

    private final FleetRegistry registry;
    private final RunStore store;
    private final RunDesk desk;
    private final TimeSource time;

    public HostsApi(FleetRegistry registry, RunStore store, RunDesk desk, TimeSource time) {
        this.registry = registry;
        this.store = store;
        this.desk = desk;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/hosts", this::list),
                Route.get("/v1/hosts/{id}", call -> Answer.ok(view(call))),
                Route.change("/v1/hosts/{id}", Bodies.HostChange.class, this::change),
                Route.order("/v1/hosts/{id}/cordon", Bodies.Reason.class, call -> cordon(call, true)),
                Route.order("/v1/hosts/{id}/uncordon", Bodies.Reason.class, call -> cordon(call, false)),
                Route.order("/v1/hosts/{id}/evacuate", Bodies.Reason.class, this::evacuate));
    }

    private Answer list(Call call) {
        Fleet fleet = call.fleet();
        Map<String, RunId> runs = runs();
        return Answer.ok(call.page()
                .of(
                        List.copyOf(fleet.hosts().values()),
                        host -> host.id().value(),
                        host -> view(call, host, fleet, runs)));
    }

    private HostView view(Call call) {
        Fleet fleet = call.fleet();
        return view(call, Lookup.host(fleet, call.path("id")), fleet, runs());
    }

    /** A tenant is not told what operators say to each other, nor of runs. */
    private HostView view(Call call, Host host, Fleet fleet, Map<String, RunId> runs) {
        return call.who().only().isPresent()
                ? HostView.of(host, fleet, null, null)
                : HostView.of(
                        host, fleet, registry.cordonReason(host.id()).orElse(null), runs.get("host:" + host.id()));
    }

    private Map<String, RunId> runs() {
        Map<String, RunId> holders = new HashMap<>();
        for (HeldScope held : store.holds()) {
            holders.put(held.scope(), held.holder());
        }
        return holders;
    }

    private Answer change(Call call) {
        Fleet fleet = call.fleet();
        Host host = Lookup.host(fleet, call.path("id"));
        String named = call.body(Bodies.HostChange.class).dedicatedTo();
        Checks checks = new Checks();
        checks.wrongUnless(
                named != null, "dedicatedTo", null, "give the tenant whose host it shall be, or \"\" for everybody's");
        TenantId tenant = named == null || named.isEmpty() ? null : checks.parsed("dedicatedTo", named, TenantId::new);
        checks.done();
        List<String> others = fleet.aliveOn(host.id()).stream()
                .filter(vm -> tenant != null && !vm.tenant().equals(tenant))
                .map(vm -> vm.name() + " of " + vm.tenant())
                .toList();
        if (!others.isEmpty()) {
            throw Problem.Kind.CONFLICT.because("On host " + host.id() + " are VMs of other tenants: "
                    + others.stream().limit(TOLD).collect(Collectors.joining(", "))
                    + (others.size() > TOLD ? ", and " + (others.size() - TOLD) + " more" : "")
                    + ". Move them away first: evenkeel vm migrate VM.");
        }
        registry.dedicate(host.id(), tenant);
        return Answer.ok(view(call));
    }

    private Answer cordon(Call call, boolean cordoned) {
        Host host = Lookup.host(call.fleet(), call.path("id"));
        setCordon(host.id(), cordoned, call.body(Bodies.Reason.class).reason());
        return Answer.ok(view(call));
    }

    private Answer evacuate(Call call) {
        Host host = Lookup.host(call.fleet(), call.path("id"));
        String reason = call.body(Bodies.Reason.class).reason();
        if (!host.cordoned()) {
            setCordon(host.id(), true, reason == null ? "evacuated" : reason);
        }
        return desk.order(HostRun.ordered(
                new RunId(call.newId("run")),
                host.topology().migrationDomain(),
                host.id(),
                new Purpose.Evacuate(),
                RunPolicy.DEFAULT,
                null,
                List.of(),
                time.now(),
                call.who().name(),
                reason == null ? "" : reason));
    }

    private void setCordon(HostId host, boolean cordoned, @Nullable String reason) {
        if (!registry.cordon(host, cordoned, reason)) {
            throw Lookup.missing("host", host.value(), "/v1/hosts");
        }
    }
}
