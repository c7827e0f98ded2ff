package dev.evenkeel.sim;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The truth about all hosts and VMs, and which hosts can reach each other. */
final class SimFleet {
    static final MigrationDomainId SHARD = new MigrationDomainId("md1");

    private record Pair(HostId one, HostId other) {}

    private final TreeMap<HostId, SimHost> hosts = new TreeMap<>();
    private final TreeMap<VmId, SimVm> vms = new TreeMap<>();
    private List<SimVm> all = List.of();
    private List<SimHost> allHosts = List.of();
    private final List<Pair> cut = new java.util.ArrayList<>();

    /** A fleet of 3 to 6 hosts with room enough to empty one, mostly. */
    static SimFleet drawn(Chance chance) {
        SimFleet fleet = new SimFleet();
        int hosts = chance.between(3, 6);
        int racks = chance.between(1, 3);
        for (int i = 1; i <= hosts; i++) {
            SimHost host = new SimHost(
                    new HostId("h" + i),
                    new Topology("r1", "z1", "rack" + (i % racks + 1), SHARD),
                    Bytes.ofMiB(1024L * chance.between(6, 10)));
            host.preserves = chance.happens(0.4);
            host.keepsMemory = chance.happens(0.7);
            host.holdsUp = chance.happens(0.1) ? "cat (" + chance.between(300, 9000) + ") in ek_sleep" : null;
            fleet.add(host);
        }
        int vms = chance.between(hosts, hosts * 3);
        for (int i = 1; i <= vms; i++) {
            fleet.add(drawnVm(chance, new VmId("vm" + i), new HostId("h" + chance.between(1, hosts))));
        }
        return fleet;
    }

    private static SimVm drawnVm(Chance chance, VmId id, HostId home) {
        Intent intent = new Intent(
                chance.happens(0.04) ? Duration.ofMillis(30) : Duration.ofSeconds(chance.happens(0.7) ? 30 : 2),
                chance.happens(0.06) ? Intent.Migration.NEVER : Intent.Migration.ALLOWED,
                chance.happens(0.3),
                chance.happens(0.6) ? Intent.Restart.CONSENT : Intent.Restart.NEVER,
                chance.happens(0.4) ? Intent.OnHostFailure.RESTART : Intent.OnHostFailure.LEAVE,
                chance.happens(0.25) ? Duration.ofSeconds(chance.between(5, 60)) : Duration.ZERO);
        List<Refusal> obstacles = chance.happens(0.02)
                ? List.of(Refusal.of("HOST_DEVICE", "VM " + id + " has a passed-through device"))
                : List.of();
        AvailabilitySetId set = chance.happens(0.3) ? new AvailabilitySetId("set" + chance.between(1, 2)) : null;
        Bytes dirty = Bytes.ofMiB(chance.happens(0.04) ? 400 : chance.between(0, 80));
        boolean acmes = chance.happens(0.5) || (set != null && set.value().equals("set1")); // set2 is two tenants'
        TenantId tenant = new TenantId(acmes ? "acme" : "blue");
        SimVm vm = new SimVm(id, tenant, Bytes.ofMiB(256L * chance.between(1, 6)), set, intent, obstacles, dirty, home);
        vm.ties = chance.happens(0.15)
                ? List.of(Refusal.of("MEMORY_NOT_SHARED", "VM " + id + " has its memory to itself"))
                : List.of();
        return vm;
    }

    void add(SimHost host) {
        hosts.put(host.id, host);
        allHosts = List.copyOf(hosts.values());
    }

    void add(SimVm vm) {
        vms.put(vm.id, vm);
        all = List.copyOf(vms.values());
    }

    SimHost host(HostId id) {
        SimHost host = hosts.get(id);
        if (host == null) {
            throw new IllegalArgumentException("no host " + id);
        }
        return host;
    }

    SimVm vm(VmId id) {
        SimVm vm = vms.get(id);
        if (vm == null) {
            throw new IllegalArgumentException("no VM " + id);
        }
        return vm;
    }

    /** Every host, by id. */
    List<SimHost> hosts() {
        return allHosts;
    }

    /** Every VM there is, by id. */
    List<SimVm> vms() {
        return all;
    }

    List<SimVm> occupying(HostId host) {
        return all.stream().filter(vm -> vm.occupies(host)).toList();
    }

    HostReport look(HostId id, java.time.Instant now) {
        SimHost host = host(id);
        return new HostReport(
                id,
                now,
                host.facts(),
                all.stream()
                        .filter(vm -> vm.knownOn(id))
                        .map(vm -> vm.seenOn(id, host.qemu()))
                        .toList());
    }

    Bytes free(HostId host) {
        Bytes used = occupying(host).stream().map(vm -> vm.memory).reduce(Bytes.ZERO, Bytes::plus);
        return host(host).memory.minusOrZero(used);
    }

    void cut(HostId one, HostId other) {
        cut.add(new Pair(one, other));
    }

    void mend(HostId one, HostId other) {
        cut.remove(new Pair(one, other));
    }

    boolean connected(HostId one, HostId other) {
        return host(one).up
                && host(other).up
                && !host(one).booting
                && !host(other).booting
                && !cut.contains(new Pair(one, other))
                && !cut.contains(new Pair(other, one));
    }

    /** Versions by host, for the trace. */
    Map<HostId, String> versions() {
        TreeMap<HostId, String> all = new TreeMap<>();
        hosts.forEach((id, host) -> all.put(id, host.versions.toString()));
        return all;
    }

    TreeSet<HostId> hostIds() {
        return new TreeSet<>(hosts.keySet());
    }
}
