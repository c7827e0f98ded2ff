package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.impact.Restarting;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.server.exempt.ExemptionBook;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.MaintenanceView;
import dev.evenkeel.server.view.RedeploymentView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What owners see of updates of the hosts under their VMs, and when they let a VM be restarted for one. */
public final class MaintenanceApi {
    /** So many of the newest rollouts are told of. */
    private static final int NEWEST = 50;

    private final RunStore store;
    private final RunDesk desk;
    private final ExemptionBook exemptions;
    private final Supplier<Fleet> fleet;
    private final TimeSource time;
    private final OwnersRollouts owners;

    /** @param fleet all of it, whoever asks */
    public MaintenanceApi(
            RunStore store, RunDesk desk, ExemptionBook exemptions, Supplier<Fleet> fleet, TimeSource time) {
        this.fleet = fleet;
        this.exemptions = exemptions;
        this.store = store;
        this.desk = desk;
        this.time = time;
        this.owners = new OwnersRollouts(store);
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/maintenance", this::list, "vm", "tenant"),
                Route.order("/v1/vms/{id}/maintenance/start", Bodies.Reason.class, this::start),
                Route.order("/v1/vms/{id}/maintenance/reschedule", Bodies.Choice.class, this::reschedule),
                Route.order("/v1/vms/{id}/maintenance/redeploy", Bodies.MigrateOrder.class, this::redeploy));
    }

    /** A VM's place in a rollout. */
    private record Stand(
            Vm vm,
            Rollout rollout,
            HostProgress progress,
            @Nullable HostRun run) {}

    private List<Stand> stands(Call call, Predicate<Vm> wanted) {
        List<Stand> stands = new ArrayList<>();
        for (Rollout rollout : rollouts(call)) {
            Map<HostId, HostProgress> byHost = new HashMap<>();
            rollout.hosts().forEach(progress -> byHost.put(progress.host(), progress));
            Map<RunId, @Nullable HostRun> runs = new HashMap<>();
            for (Vm vm : call.fleet().allVms()) {
                HostProgress progress = byHost.get(vm.host());
                if (progress != null && !rollout.back() && vm.state().alive() && wanted.test(vm)) {
                    RunId id = progress.underWay() ? progress.run() : null;
                    HostRun run = id == null ? null : runs.computeIfAbsent(id, this::hostRun);
                    stands.add(new Stand(vm, rollout, progress, run));
                }
            }
        }
        return stands;
    }

    private List<Rollout> rollouts(Call call) {
        return call.who().only().isPresent()
                ? owners.of(call)
                : store.runs(new RunQuery("Rollout", false, null, NEWEST)).stream()
                        .map(stored -> (Rollout) stored.run())
                        .toList();
    }

    private MaintenanceView view(Stand stand, Call call) {
        Instant now = time.now();
        Exemption exempt = exemptions
                .exemptions()
                .of(stand.vm(), stand.rollout().update(), now)
                .orElse(null);
        MaintenanceView all =
                MaintenanceView.of(stand.vm(), stand.rollout(), stand.progress(), stand.run(), exempt, now);
        return call.who().only().isPresent() ? all.forOwner() : all;
    }

    private @Nullable HostRun hostRun(RunId id) {
        return store.load(id).map(StoredRun::run).map(HostRun.class::cast).orElse(null);
    }

    private Answer list(Call call) {
        Predicate<Vm> asked =
                vm -> call.query("vm").map(vm.id().value()::equals).orElse(true)
                        && call.query("tenant").map(vm.tenant().value()::equals).orElse(true);
        List<MaintenanceView> wanted = stands(call, asked).stream()
                .map(stand -> view(stand, call))
                .sorted(Comparator.comparing(MaintenanceApi::place))
                .toList();
        return Answer.ok(call.page().of(wanted, MaintenanceApi::place, it -> it));
    }

    private static String place(MaintenanceView view) {
        return view.name() + '\0' + view.vm() + '\0' + view.rollout();
    }

    /** The owner chooses now, or, where nothing is to be chosen but the VM was told and is waited for, lets it begin. */
    private Answer start(Call call) {
        Vm vm = Lookup.vm(call.fleet(), call.path("id"));
        List<Stand> all = of(vm, call);
        Stand told = all.stream().filter(this::isToldAndWaits).findFirst().orElse(null);
        if (told == null || all.stream().anyMatch(it -> isOpen(view(it, call)))) {
            return choose(vm, all, time.now(), call);
        }
        HostRun run = Objects.requireNonNull(told.run());
        EventId event = run.announcement(vm.id()).orElseThrow().event();
        desk.tell(run, new RunEvent.NoticeApproved(event, call.who().name()));
        return accepted(told, call);
    }

    private boolean isToldAndWaits(Stand stand) {
        HostRun run = stand.run();
        return run != null
                && run.state() instanceof HostRunState.Announcing
                && run.announcement(stand.vm().id())
                        .filter(told -> told.waits(time.now()))
                        .isPresent();
    }

    private List<Stand> of(Vm vm, Call call) {
        return stands(call, it -> it.id().equals(vm.id()));
    }

    /** Where a VM stands in a rollout now. */
    private Answer accepted(Stand before, Call call) {
        Stand after = of(before.vm(), call).stream()
                .filter(it -> it.rollout().id().equals(before.rollout().id()))
                .findFirst()
                .orElse(before);
        return Answer.accepted("/v1/maintenance?vm=" + before.vm().id(), view(after, call));
    }

    private Answer reschedule(Call call) {
        Instant now = time.now();
        Checks checks = new Checks();
        String remedy = "give a time to come, such as 2026-12-01T03:00:00Z; to start at once, POST …/maintenance/start";
        Instant at = checks.required("at", call.body(Bodies.Choice.class).at(), now, remedy);
        checks.wrongUnless(!at.isBefore(now), "at", at, remedy);
        checks.done();
        Vm vm = Lookup.vm(call.fleet(), call.path("id"));
        return choose(vm, of(vm, call), at, call);
    }

    private Answer choose(Vm vm, List<Stand> all, Instant at, Call call) {
        Stand stand = all.stream()
                .filter(it -> isOpen(view(it, call)))
                .findFirst()
                .orElseThrow(() -> Problem.Kind.CONFLICT.because("No update waits for the choice of the owner of VM "
                        + vm.name() + "; GET /v1/maintenance tells how far each is."));
        HostRun run = Objects.requireNonNull(stand.run());
        Instant ends = run.offer(vm.id()).orElseThrow().ends();
        if (at.isAfter(ends)) {
            throw Problem.invalid(
                    "at", at.toString(), "give a time until " + ends + ", when the window to choose ends");
        }
        desk.tell(run, new RunEvent.OwnerChose(vm.id(), at, call.who().name()));
        return accepted(stand, call);
    }

    /** Its owner may have a VM shut down here and started on another host at any time; an operator where its owner consents. */
    private Answer redeploy(Call call) {
        Vm vm = Lookup.vm(call.fleet(), call.path("id"));
        Bodies.MigrateOrder order = call.body(Bodies.MigrateOrder.class);
        String who = call.who().name();
        String agreed = call.who().only().isPresent() ? who + " redeploys it" : null;
        if (!vm.state().alive()) {
            throw Problem.Kind.CONFLICT.because(
                    "VM " + vm.name() + " is " + vm.state() + "; only a VM that runs can be redeployed.");
        }
        Restarting.unredeployable(vm, agreed).stream().findFirst().ifPresent(no -> {
            throw Problem.Kind.CONFLICT.because(no.why() + ".");
        });
        Host from = Lookup.host(fleet.get(), vm.host().value());
        UpdateId update = of(vm, call).stream()
                .filter(stand -> isOpen(view(stand, call)))
                .map(stand -> stand.rollout().update())
                .findFirst()
                .orElse(null);
        HostRun run = HostRun.ordered(
                new RunId(call.newId("run")),
                from.topology().migrationDomain(),
                from.id(),
                new Purpose.Redeploy(vm.id(), VmsApi.target(order, vm, from, call.fleet()), update, agreed),
                RunPolicy.DEFAULT,
                null,
                List.of(),
                time.now(),
                who,
                order.reason() == null ? "" : order.reason());
        desk.begin(run);
        return Answer.accepted(
                "/v1/vms/" + vm.id(),
                new RedeploymentView(vm.id().value(), vm.name(), run.id().value()));
    }

    private static boolean isOpen(MaintenanceView view) {
        return switch (view.status()) {
            case IN_WINDOW, CHOSEN -> true;
            case PENDING, SCHEDULED, UNDER_WAY, DONE, NOT_DONE, WITHDRAWN -> false;
        };
    }
}
