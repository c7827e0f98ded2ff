package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.view.LedgerView;
import dev.evenkeel.store.Observation;
import dev.evenkeel.store.PgObservations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pause ledger, and what observers outside put beside it. */
public final class LedgerApi {
    /** How far back a page may reach; what is older is for analytics, not for an API. */
    private static final int REACH = 10_000;

    private final RunStore store;
    private final PgObservations observations;
    private final FleetRegistry registry;
    private final TimeSource time;

    public LedgerApi(RunStore store, PgObservations observations, FleetRegistry registry, TimeSource time) {
        this.store = store;
        this.observations = observations;
        this.registry = registry;
        this.time = time;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/ledger", this::list, "vm", "run", "tenant"),
                Route.observation("/v1/observations", Bodies.ObservationReport.class, this::observe));
    }

    private Answer list(Call call) {
        Fleet fleet = registry.snapshot(time.now());
        VmId vm = call.query("vm").map(text -> vm(fleet, text)).orElse(null);
        RunId run = call.query("run")
                .map(text -> Lookup.parse(RunId::new, "run", text, "/v1/runs"))
                .orElse(null);
        String tenant = call.query("tenant").orElse(null);
        Page.Request page = call.page();
        boolean first = page.after() == null;
        List<LedgerEntry> entries =
                after(store.ledger(new LedgerQuery(vm, run, tenant, first ? page.limit() + 1 : REACH)), page.after());
        List<LedgerEntry> shown = entries.subList(0, Math.min(entries.size(), page.limit() + 1));
        Map<LedgerEntry, Observation> seen = observations.of(shown);
        return Answer.ok(page.cut(shown, LedgerApi::key, entry -> LedgerView.of(entry, seen.get(entry))));
    }

    /** One effect may have stopped many VMs. */
    private static String key(LedgerEntry entry) {
        return entry.effect() + " " + entry.vm();
    }

    private static List<LedgerEntry> after(List<LedgerEntry> entries, @Nullable String last) {
        for (int i = 0; last != null && i < entries.size(); i++) {
            if (key(entries.get(i)).equals(last)) {
                return entries.subList(i + 1, entries.size());
            }
        }
        return last == null ? entries : List.of();
    }

    /** The UUID of a VM; one that is gone from the fleet is still in the ledger under its UUID. */
    private static VmId vm(Fleet fleet, String idOrName) {
        return fleet.allVms().stream().anyMatch(vm -> vm.name().equals(idOrName))
                ? Lookup.vm(fleet, idOrName).id()
                : Lookup.parse(VmId::new, "VM", idOrName, "/v1/vms");
    }

    private Answer observe(Call call) {
        Bodies.ObservationReport told = call.body(Bodies.ObservationReport.class);
        Checks checks = new Checks();
        String vm = checks.required("vm", told.vm(), "", "give the UUID or the name of a VM");
        Instant from = checks.required("from", told.from(), Instant.EPOCH, "give the time at which you began to look");
        Instant to = checks.required("to", told.to(), from, "give the time at which you stopped looking");
        checks.wrongUnless(!to.isBefore(from), "to", told.to(), "give a time that is not before from");
        Duration gap = millis("gapMs", checks.required("gapMs", told.gapMs(), 0L, "give the gap in ms"), checks);
        Duration normal = millis("normalGapMs", told.normalGapMs(), checks);
        Duration stop = millis("stopMs", told.stopMs(), checks);
        checks.done();
        Vm found = Lookup.vm(registry.snapshot(time.now()), vm);
        Observation observation = new Observation(
                found.id(), from, to, gap == null ? Duration.ZERO : gap, normal, stop, told.restarted());
        observations.add(observation);
        List<LedgerEntry> rows = new ArrayList<>(store.ledger(new LedgerQuery(found.id(), null, null, REACH)));
        rows.removeIf(row -> row.startedAt().isAfter(to) || row.endedAt().isBefore(from));
        return Answer.ok(new Page<>(
                rows.stream().map(row -> LedgerView.of(row, observation)).toList(), null));
    }

    private static @Nullable Duration millis(String field, @Nullable Long value, Checks checks) {
        checks.wrongUnless(value == null || value >= 0, field, value, "give milliseconds, 0 or more");
        return value == null ? null : Duration.ofMillis(value);
    }
}
