package dev.evenkeel.sim;

import dev.evenkeel.core.engine.RunStore.HeldScope;
import dev.evenkeel.core.exempt.Exemptions;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one server process knows of the hosts: the inventory that is kept, and who has been heard of lately, which is soft
 * and lost with the process. Of reports that overtake each other the one read last counts.
 */
final class Observations {
    private static final Duration SILENCE = Duration.ofSeconds(20);

    private final TreeMap<HostId, HostReport> inventory;
    private final TreeMap<HostId, Instant> heard = new TreeMap<>();
    private final SimFleet fleet;
    private final TreeSet<HostId> cordoned;
    private final SimExemptions exemptions;

    Observations(
            TreeMap<HostId, HostReport> inventory, SimFleet fleet, TreeSet<HostId> cordoned, SimExemptions exemptions) {
        this.exemptions = exemptions;
        this.inventory = inventory;
        this.fleet = fleet;
        this.cordoned = cordoned;
    }

    void heard(HostReport report, Instant now) {
        heard.put(report.host(), now);
        HostReport known = inventory.get(report.host());
        if (known == null || known.readAt().isBefore(report.readAt())) {
            inventory.put(report.host(), report);
        }
    }

    Exemptions exemptions() {
        return exemptions.all();
    }

    Fleet at(Instant now, List<HeldScope> holds) {
        TreeSet<String> held = new TreeSet<>();
        holds.forEach(hold -> held.add(hold.scope()));
        List<Host> hosts = new ArrayList<>();
        List<Vm> vms = new ArrayList<>();
        for (HostReport report : inventory.values()) {
            HostId id = report.host();
            Instant lately = heard.get(id);
            hosts.add(new Host(
                    id,
                    fleet.host(id).topology,
                    report.facts(),
                    cordoned.contains(id),
                    held.contains("host:" + id),
                    lately != null && !now.isAfter(lately.plus(SILENCE)),
                    report.readAt()));
            vms.addAll(report.vms());
        }
        return new Fleet(hosts, vms);
    }
}
