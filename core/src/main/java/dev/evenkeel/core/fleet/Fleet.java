package dev.evenkeel.core.fleet;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A snapshot of all hosts and all sightings of VMs. One VM can be sighted on two hosts: while it migrates, or, when both
 * run, in the worst of bugs.
 */
public final class Fleet {
    private final SortedMap<HostId, Host> hosts;
    private final SortedMap<HostId, List<Vm>> vms;

    public Fleet(Iterable<Host> hosts, Iterable<Vm> sightings) {
        TreeMap<HostId, Host> byId = new TreeMap<>();
        hosts.forEach(host -> byId.put(host.id(), host));
        TreeMap<HostId, List<Vm>> byHost = new TreeMap<>();
        for (Vm vm : sightings) {
            byHost.computeIfAbsent(vm.host(), h -> new java.util.ArrayList<>()).add(vm);
        }
        byHost.replaceAll((host, list) ->
                list.stream().sorted(java.util.Comparator.comparing(Vm::id)).toList());
        this.hosts = Collections.unmodifiableSortedMap(byId);
        this.vms = Collections.unmodifiableSortedMap(byHost);
    }

    /** All hosts, by id. */
    public SortedMap<HostId, Host> hosts() {
        return hosts;
    }

    public Optional<Host> host(HostId id) {
        return Optional.ofNullable(hosts.get(id));
    }

    /** The same fleet but for one host, which nothing can be placed on. */
    public Fleet without(HostId host) {
        return new Fleet(
                hosts.values().stream().filter(h -> !h.id().equals(host)).toList(), allVms());
    }

    /** The VMs of these tenants and the hosts that are dedicated to them, as if there were no others. */
    public Fleet of(Set<TenantId> tenants) {
        return new Fleet(
                hosts.values().stream()
                        .filter(host -> host.dedicatedTo() != null && tenants.contains(host.dedicatedTo()))
                        .toList(),
                allVms().stream().filter(vm -> tenants.contains(vm.tenant())).toList());
    }

    /** Everything sighted on a host, in the order of ids, whatever its state. */
    public List<Vm> vmsOn(HostId host) {
        return vms.getOrDefault(host, List.of());
    }

    /** What would be lost if the host went down now. */
    public List<Vm> aliveOn(HostId host) {
        return vmsOn(host).stream().filter(vm -> vm.state().alive()).toList();
    }

    /** Every sighting of one VM. */
    public List<Vm> sightings(VmId id) {
        return vms.values().stream()
                .flatMap(List::stream)
                .filter(vm -> vm.id().equals(id))
                .toList();
    }

    /** The sighting that runs, else any that is alive, else any. */
    public Optional<Vm> vm(VmId id) {
        return sightings(id).stream().min(java.util.Comparator.comparing(Vm::state));
    }

    public List<Vm> allVms() {
        return vms.values().stream().flatMap(List::stream).toList();
    }

    /** Memory that no living VM uses. */
    public Bytes freeMemory(HostId host) {
        Bytes all = host(host).map(h -> h.facts().memory()).orElse(Bytes.ZERO);
        return all.minusOrZero(aliveOn(host).stream().map(Vm::memory).reduce(Bytes.ZERO, Bytes::plus));
    }

    /** The ids of all VMs sighted anywhere. */
    public TreeSet<VmId> vmIds() {
        TreeSet<VmId> ids = new TreeSet<>();
        vms.values().forEach(list -> list.forEach(vm -> ids.add(vm.id())));
        return ids;
    }
}
