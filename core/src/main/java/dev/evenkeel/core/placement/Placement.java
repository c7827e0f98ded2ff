package dev.evenkeel.core.placement;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds a host for a VM. Updated hosts come first and are filled tightly (best fit), so that no VM moves twice in a
 * rollout and the next hosts still find room; where none is updated yet, the emptiest host is taken, which spreads the
 * first host's VMs. A choice is a hint: the destination checks again when the move starts.
 */
public final class Placement {
    /** Virtual CPUs that may be promised for each logical CPU. */
    public static final int CPU_OVERCOMMIT = 8;

    private static final int HOSTS_TOLD = 3;
    private static final String ELSEWHERE = "another migration domain";

    /** Kept free on every destination for the host itself. */
    public static final Bytes RESERVE = Bytes.ofMiB(256);

    private Placement() {}

    /** A destination, or why there is none. */
    public sealed interface Answer {
        record Target(Host host) implements Answer {}

        record Nowhere(Refusal why) implements Answer {}
    }

    /**
     * A host that the VM may be taken to without a word from anybody. One that is on a host dedicated to its tenant goes to another
     * such only, and any other, also one that is where it should not be, to a host that is everybody's.
     *
     * @param updated which hosts already run what the rollout brings
     */
    public static Answer target(Vm vm, Fleet fleet, Predicate<Host> updated) {
        boolean dedicated =
                fleet.host(vm.host()).map(from -> from.isItsOwners(vm)).orElse(false);
        return among(fleet.hosts().values(), vm, fleet, host -> host.isItsOwners(vm) == dedicated, updated);
    }

    /** The host that a person has named, or what speaks against it. */
    public static Answer to(HostId named, Vm vm, Fleet fleet) {
        return among(fleet.host(named).stream().toList(), vm, fleet, host -> true, host -> false);
    }

    /** @param alike which hosts are, as far as tenants go, what the VM's own is */
    private static Answer among(
            Collection<Host> hosts, Vm vm, Fleet fleet, Predicate<Host> alike, Predicate<Host> updated) {
        TreeMap<String, String> evidence = new TreeMap<>();
        List<Host> fitting = new ArrayList<>();
        for (Host host : hosts) {
            if (!host.id().equals(vm.host())) {
                obstacle(vm, host, fleet, alike)
                        .ifPresentOrElse(why -> evidence.put(host.id().value(), why), () -> fitting.add(host));
            }
        }
        Comparator<Host> byRoom = Comparator.comparing(host -> fleet.freeMemory(host.id()));
        Comparator<Host> order = fitting.stream().anyMatch(updated)
                ? Comparator.<Host, Boolean>comparing(host -> !updated.test(host))
                        .thenComparing(byRoom)
                : byRoom.reversed();
        return fitting.stream()
                .min(order.thenComparing(Host::id))
                .<Answer>map(Answer.Target::new)
                .orElseGet(() -> new Answer.Nowhere(Refusal.of(
                        "NO_TARGET",
                        "no host can take VM " + vm.name() + " (" + vm.memory() + ", " + vm.vcpus() + " vCPU)"
                                + inWords(evidence) + "; uncordon or add a host of migration domain "
                                + fleet.host(vm.host())
                                        .map(h -> h.topology().migrationDomain().value())
                                        .orElse("?"),
                        evidence)));
    }

    /** The first few hosts that could be thought of, and what speaks against each. */
    private static String inWords(SortedMap<String, String> evidence) {
        List<String> hosts = evidence.entrySet().stream()
                .filter(host -> !host.getValue().equals(ELSEWHERE))
                .map(host -> host.getKey() + ": " + host.getValue())
                .toList();
        String told = hosts.stream().limit(HOSTS_TOLD).collect(Collectors.joining("; "));
        int more = hosts.size() - HOSTS_TOLD;
        return (told.isEmpty() ? "" : " [" + told + (more > 0 ? "; and " + more + " more hosts" : "") + "]");
    }

    private static Optional<String> obstacle(Vm vm, Host host, Fleet fleet, Predicate<Host> alike) {
        Optional<Host> from = fleet.host(vm.host());
        if (from.isEmpty()
                || !from.get()
                        .topology()
                        .migrationDomain()
                        .equals(host.topology().migrationDomain())) {
            return Optional.of(ELSEWHERE);
        }
        if (!host.isFor(vm) || !alike.test(host)) {
            return Optional.of(
                    host.dedicatedTo() == null
                            ? "not dedicated to tenant " + vm.tenant()
                            : host.isItsOwners(vm)
                                    ? "dedicated to tenant " + vm.tenant()
                                    : "dedicated to another tenant");
        }
        if (!host.schedulable()) {
            return Optional.of(
                    host.cordoned() ? "cordoned" : host.inMaintenance() ? "in maintenance" : "not reachable");
        }
        if (!from.get().facts().arch().equals(host.facts().arch())) {
            return Optional.of("architecture " + host.facts().arch());
        }
        List<Vm> there = fleet.aliveOn(host.id());
        Bytes free = fleet.freeMemory(host.id()).minusOrZero(RESERVE);
        if (free.compareTo(vm.memory()) < 0) {
            return Optional.of("memory: " + free + " free above the reserve, " + vm.memory() + " needed");
        }
        int promised = there.stream().mapToInt(Vm::vcpus).sum();
        if (promised + vm.vcpus() > host.facts().cpus() * CPU_OVERCOMMIT) {
            return Optional.of("CPU: " + promised + " of " + host.facts().cpus() * CPU_OVERCOMMIT + " vCPUs promised");
        }
        if (there.stream().anyMatch(vm::isInOneSetWith)) {
            return Optional.of("availability set " + vm.availabilitySet() + " has a VM there");
        }
        if (there.stream().anyMatch(other -> other.id().equals(vm.id()))) {
            return Optional.of("the VM is there already");
        }
        return Optional.empty();
    }

    /** A host for every VM that lives on {@code host}, largest first, or why a VM finds none. */
    public static SortedMap<VmId, Answer> evacuate(HostId host, Fleet fleet, Predicate<Host> updated) {
        TreeMap<VmId, Answer> plan = new TreeMap<>();
        Fleet now = fleet;
        List<Vm> largestFirst = fleet.aliveOn(host).stream()
                .sorted(Comparator.comparing(Vm::memory).reversed().thenComparing(Vm::id))
                .toList();
        for (Vm vm : largestFirst) {
            Answer answer = target(vm, now, updated);
            plan.put(vm.id(), answer);
            if (answer instanceof Answer.Target target) {
                now = after(now, vm, target.host().id());
            }
        }
        return plan;
    }

    /** The fleet as it will be once {@code vm} has moved. */
    public static Fleet after(Fleet fleet, Vm vm, HostId destination) {
        List<Vm> vms = fleet.allVms().stream()
                .map(other ->
                        other.id().equals(vm.id()) && other.host().equals(vm.host()) ? vm.movedTo(destination) : other)
                .toList();
        return new Fleet(fleet.hosts().values(), vms);
    }
}
