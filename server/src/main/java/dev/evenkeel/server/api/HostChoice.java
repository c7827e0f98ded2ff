package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.server.http.Checks;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which hosts an order means: those it names, or all that its selector takes. */
final class HostChoice {
    private static final String LIST = "give the ids of hosts; GET /v1/hosts lists them";

    private HostChoice() {}

    static List<Host> of(Fleet fleet, @Nullable List<String> ids, Bodies.@Nullable Selector selector, Checks checks) {
        List<Host> chosen = ids == null ? List.copyOf(fleet.hosts().values()) : named(fleet, "hosts", ids, checks);
        List<Host> selected =
                chosen.stream().filter(host -> takes(selector, host)).toList();
        checks.wrongUnless(!selected.isEmpty(), ids == null ? "selector" : "hosts", selector, "no host fits; " + LIST);
        return selected;
    }

    /** Hosts ring by ring; each may be named once. */
    static List<List<HostId>> rings(Fleet fleet, List<List<String>> rings, Checks checks) {
        List<List<HostId>> all = new ArrayList<>();
        Set<HostId> seen = new LinkedHashSet<>();
        for (int i = 0; i < rings.size(); i++) {
            List<HostId> ring = named(fleet, "rings[" + i + "]", rings.get(i), checks).stream()
                    .map(Host::id)
                    .toList();
            for (HostId host : ring) {
                checks.wrongUnless(seen.add(host), "rings[" + i + "]", host, "name each host once");
            }
            checks.wrongUnless(!ring.isEmpty(), "rings[" + i + "]", "[]", "name at least one host in each ring");
            all.add(ring);
        }
        return all;
    }

    private static List<Host> named(Fleet fleet, String field, List<String> ids, Checks checks) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            Host host = fleet.hosts().values().stream()
                    .filter(h -> h.id().value().equals(id))
                    .findFirst()
                    .orElse(null);
            if (host == null) {
                checks.wrong(field + "[" + i + "]", id, LIST);
            } else {
                hosts.add(host);
            }
        }
        return hosts;
    }

    private static boolean takes(Bodies.@Nullable Selector selector, Host host) {
        return selector == null
                || (fits(selector.region(), host.topology().region())
                        && fits(selector.zone(), host.topology().zone())
                        && fits(selector.rack(), host.topology().rack())
                        && fits(
                                selector.migrationDomain(),
                                host.topology().migrationDomain().value()));
    }

    private static boolean fits(@Nullable String wanted, String found) {
        return wanted == null || wanted.equals(found);
    }
}
