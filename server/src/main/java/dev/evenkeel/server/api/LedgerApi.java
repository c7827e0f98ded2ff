package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.server.http.Answer;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.http.Route;
import dev.evenkeel.server.http.Veil;
import dev.evenkeel.server.view.LedgerView;
import dev.evenkeel.store.Observation;
import dev.evenkeel.store.PgObservations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The pause ledger, and what observers outside put beside it. */
public final class LedgerApi {
    /** How far back a page may reach; what is older is for analytics, not for an API. */
    private static final int REACH = 10_000;

    private final RunStore store;
    private final PgObservations observations;
    private final Veil veil;

    public LedgerApi(RunStore store, PgObservations observations, Veil veil) {
        this.store = store;
        this.observations = observations;
        this.veil = veil;
    }

    public List<Route> routes() {
        return List.of(
                Route.list("/v1/ledger", this::list, "vm", "run", "tenant"),
                Route.observation("/v1/observations", Bodies.ObservationReport.class, this::observe));
    }

    private Answer list(Call call) {
        Fleet fleet = call.fleet();
        VmId vm = call.query("vm").map(text -> vm(fleet, text)).orElse(null);
        RunId run = call.query("run")
                .map(text -> Lookup.parse(RunId::new, "run", text, "/v1/runs"))
                .orElse(null);
        Optional<TenantId> tenant =
                call.query("tenant").map(text -> Lookup.parse(TenantId::new, "tenant", text, "/v1/vms"));
        Page.Request page = call.page();
        int enough = page.after() == null ? page.limit() + 1 : REACH;
        Optional<Set<TenantId>> only = call.who().only();
        Function<LedgerEntry, String> key = only.isEmpty() ? LedgerApi::key : entry -> veil.hide(key(entry));
        List<LedgerEntry> rows = only.isEmpty()
                ? store.ledger(new LedgerQuery(vm, run, tenant.map(Set::of).orElse(null), enough))
                : owned(only.get(), vm, run, tenant);
        List<LedgerEntry> entries = after(rows, key, page.after());
        List<LedgerEntry> shown = entries.subList(0, Math.min(entries.size(), page.limit() + 1));
        Map<LedgerEntry, Observation> seen = observations.of(shown);
        return Answer.ok(page.cut(shown, key, entry -> {
            LedgerView view = LedgerView.of(entry, seen.get(entry));
            return only.isEmpty() ? view : view.forOwner(veil);
        }));
    }

    /** Rows of these tenants. The filters come after, so that the time it takes says nothing of rows that are not theirs. */
    private List<LedgerEntry> owned(
            Set<TenantId> tenants, @Nullable VmId vm, @Nullable RunId run, Optional<TenantId> tenant) {
        return store.ledger(new LedgerQuery(null, null, tenants, REACH)).stream()
                .filter(entry -> vm == null || entry.vm().equals(vm))
                .filter(entry -> run == null || entry.run().equals(run))
                .filter(entry -> tenant.map(entry.tenant()::equals).orElse(true))
                .collect(Collectors.toList());
    }

    /** One effect may have stopped many VMs. */
    private static String key(LedgerEntry entry) {
        return entry.effect() + " " + entry.vm();
    }

    private static List<LedgerEntry> after(
            List<LedgerEntry> entries, Function<LedgerEntry, String> key, @Nullable String last) {
        for (int i = 0; last != null && i < entries.size(); i++) {
            if (key.apply(entries.get(i)).equals(last)) {
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
        Vm found = Lookup.vm(call.fleet(), vm);
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
