package dev.evenkeel.core.window;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which configurations count for whom. For a VM the most particular count alone, the first of these that there are:
 *
 * <ol>
 *   <li>those assigned to the VM itself;
 *   <li>those assigned to the host that it is on;
 *   <li>those of its own tenant whose filter takes it;
 *   <li>those of the region whose filter takes it.
 * </ol>
 *
 * Of several that count the openings of all do. A tenant's configuration never counts for VMs of others, whatever it is
 * assigned to. Looking one VM up takes as long as there are filters.
 */
public final class Assignments {
    public static final Assignments NONE = new Assignments(List.of());

    private final Map<VmId, List<OwnedWindow>> vms = new HashMap<>();
    private final Map<HostId, List<OwnedWindow>> hosts = new HashMap<>();
    private final List<Filter> owners = new ArrayList<>();
    private final List<Filter> regions = new ArrayList<>();

    private record Filter(WindowTarget.Matching takes, OwnedWindow window) {}

    public Assignments(List<WindowAssignment> all) {
        for (WindowAssignment one : all) {
            switch (one.target()) {
                case WindowTarget.OneVm vm ->
                    vms.computeIfAbsent(vm.vm(), id -> new ArrayList<>()).add(one.window());
                case WindowTarget.OneHost host ->
                    hosts.computeIfAbsent(host.host(), id -> new ArrayList<>()).add(one.window());
                case WindowTarget.Matching filter ->
                    (one.window().tenant() == null ? regions : owners).add(new Filter(filter, one.window()));
            }
        }
    }

    /** What counts for a VM; {@link Windows#NONE} when nobody has asked for control. */
    public Windows of(Vm vm) {
        return together(counting(vm));
    }

    /** What a host's own owner has asked for; the VMs on it may have more to say, one by one. */
    public Windows of(HostId host) {
        return together(counting(host));
    }

    /** Those that count for a VM, each once. */
    public List<OwnedWindow> counting(Vm vm) {
        return first(vm, vms.getOrDefault(vm.id(), List.of()))
                .or(() -> first(vm, hosts.getOrDefault(vm.host(), List.of())))
                .or(() -> first(vm, taking(owners, vm)))
                .or(() -> first(vm, taking(regions, vm)))
                .orElse(List.of());
    }

    /** Those assigned to a host, each once. */
    public List<OwnedWindow> counting(HostId host) {
        return List.copyOf(new LinkedHashSet<>(hosts.getOrDefault(host, List.of())));
    }

    private static Optional<List<OwnedWindow>> first(Vm vm, List<OwnedWindow> some) {
        List<OwnedWindow> good =
                some.stream().filter(window -> window.mayGovern(vm)).distinct().toList();
        return good.isEmpty() ? Optional.empty() : Optional.of(good);
    }

    private static List<OwnedWindow> taking(List<Filter> filters, Vm vm) {
        return filters.stream()
                .filter(filter -> filter.takes().takes(vm))
                .map(Filter::window)
                .toList();
    }

    private static Windows together(List<OwnedWindow> counting) {
        return counting.isEmpty()
                ? Windows.NONE
                : new Windows(counting.stream().map(OwnedWindow::configuration).toList());
    }
}
