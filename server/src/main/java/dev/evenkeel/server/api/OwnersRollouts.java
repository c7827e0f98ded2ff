package dev.evenkeel.server.api;

import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.server.http.Call;
import dev.evenkeel.server.http.Page;
import dev.evenkeel.server.view.RolloutView;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Rollouts as tenants see them: those that wait at or work on a host where they have a VM now, and those that one of their
 * VMs felt. All of them are gone through whichever is asked for, so that the time it takes does not tell whether there is
 * one that the caller does not see.
 */
final class OwnersRollouts {
    /** How far back a tenant looks. */
    private static final int NEWEST = 500;

    private static final int LEDGER_ROWS = 10_000;

    private final RunStore store;

    OwnersRollouts(RunStore store) {
        this.store = store;
    }

    Rollout find(Call call) {
        String id = call.path("id");
        return of(call).stream()
                .filter(rollout -> rollout.id().value().equals(id))
                .findFirst()
                .orElseThrow(() -> Lookup.missing("rollout", id, "/v1/rollouts"));
    }

    Page<RolloutView> page(Call call) {
        Page.Request page = call.page();
        List<Rollout> all = of(call);
        int from = 0;
        for (int i = 0; page.after() != null && i < all.size(); i++) {
            from = all.get(i).id().value().equals(page.after()) ? i + 1 : from;
        }
        List<Rollout> rest = all.subList(from, Math.min(all.size(), from + page.limit() + 1));
        return page.cut(
                rest,
                rollout -> rollout.id().value(),
                rollout -> RolloutView.of(rollout).forOwner());
    }

    /** All that the caller sees, newest first. */
    List<Rollout> of(Call call) {
        Set<HostId> hosts = call.fleet().allVms().stream().map(Vm::host).collect(Collectors.toSet());
        Set<TenantId> tenants = call.who().only().orElse(Set.of());
        Set<RunId> felt = store.ledger(new LedgerQuery(null, null, tenants, LEDGER_ROWS)).stream()
                .map(LedgerEntry::run)
                .collect(Collectors.toSet());
        return store.runs(new RunQuery("Rollout", false, null, NEWEST)).stream()
                .map(stored -> (Rollout) stored.run())
                .filter(rollout -> rollout.hosts().stream().anyMatch(host -> concerns(host, hosts, felt)))
                .toList();
    }

    private static boolean concerns(HostProgress host, Set<HostId> hosts, Set<RunId> felt) {
        boolean wasFelt = host.run() != null && felt.contains(host.run());
        return switch (host.status()) {
            case PENDING, RUNNING, OFFERED -> wasFelt || hosts.contains(host.host());
            case DONE, ALREADY, SKIPPED, FAILED, CANCELLED -> wasFelt;
        };
    }
}
