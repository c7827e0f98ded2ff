package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.server.exempt.ExemptionBook;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.VmView;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** VMs: what they are, and moving one by hand. */
public final class VmsApi {
    private final RunDesk desk;
    private final VmSettings settings;
    private final ExemptionBook exemptions;
    private final TimeSource time;

    public VmsApi(RunDesk desk, VmSettings settings, ExemptionBook exemptions, TimeSource time) {
        this.exemptions = exemptions;
        this.desk = desk;
        this.settings = settings;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/vms", this::list, "host", "tenant"),
                Route.get("/v1/vms/{id}", this::get),
                Route.change("/v1/vms/{id}", Bodies.VmChange.class, this::change),
                Route.order("/v1/vms/{id}/migrate", Bodies.MigrateOrder.class, this::migrate));
    }

    private Answer list(Call call) {
        Fleet fleet = call.fleet();
        Optional<String> host = call.query("host");
        Optional<String> tenant = call.query("tenant");
        List<Vm> vms = fleet.vmIds().stream()
                .flatMap(id -> fleet.vm(id).stream())
                .filter(vm -> host.map(h -> h.equals(view(vm, fleet).host())).orElse(true))
                .filter(vm -> tenant.map(t -> t.equals(vm.tenant().value())).orElse(true))
                .sorted(Comparator.comparing(VmsApi::place))
                .toList();
        return Answer.ok(call.page().of(vms, VmsApi::place, vm -> view(vm, fleet)));
    }

    /** Where a VM stands in a list: by name, which need not be unique, then by id. */
    private static String place(Vm vm) {
        return vm.name() + '\0' + vm.id().value();
    }

    private Answer get(Call call) {
        Fleet fleet = call.fleet();
        return Answer.ok(view(Lookup.vm(fleet, call.path("id")), fleet));
    }

    private VmView view(Vm vm, Fleet fleet) {
        return VmView.of(vm, settings.of(vm), exemptions.exemptions().of(vm, time.now()), fleet);
    }

    private Answer change(Call call) {
        Vm vm = Lookup.vm(call.fleet(), call.path("id"));
        settings.change(call, vm);
        Fleet fleet = call.fleet();
        return Answer.ok(view(Lookup.vm(fleet, vm.id().value()), fleet));
    }

    private Answer migrate(Call call) {
        Fleet fleet = call.fleet();
        Vm vm = Lookup.vm(fleet, call.path("id"));
        Bodies.MigrateOrder order = call.body(Bodies.MigrateOrder.class);
        if (!vm.state().alive()) {
            throw Problem.Kind.CONFLICT.because(
                    "VM " + vm.name() + " is " + vm.state() + "; only a VM that runs can be" + " live-migrated.");
        }
        Host from = Lookup.host(fleet, vm.host().value());
        return desk.order(HostRun.ordered(
                new RunId(call.newId("run")),
                from.topology().migrationDomain(),
                from.id(),
                new Purpose.MoveOne(vm.id(), target(order, vm, from, fleet)),
                RunPolicy.DEFAULT,
                null,
                List.of(),
                time.now(),
                call.who().name(),
                order.reason() == null ? "" : order.reason()));
    }

    static @Nullable HostId target(Bodies.MigrateOrder order, Vm vm, Host from, Fleet fleet) {
        String target = order.target();
        if (target == null) {
            return null;
        }
        Optional<Host> to = fleet.hosts().values().stream()
                .filter(host -> host.id().value().equals(target))
                .findFirst();
        if (to.isEmpty()) {
            throw Problem.invalid("target", target, "give the id of a host; GET /v1/hosts lists them");
        }
        if (to.get().id().equals(from.id())) {
            throw Problem.invalid("target", target, "give another host; VM " + vm.name() + " is on that one already");
        }
        if (!to.get().topology().migrationDomain().equals(from.topology().migrationDomain())) {
            throw Problem.invalid(
                    "target",
                    target,
                    "give a host of migration domain " + from.topology().migrationDomain());
        }
        return to.get().id();
    }
}
