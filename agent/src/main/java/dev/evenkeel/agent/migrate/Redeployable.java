package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.LeftBehind;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/** Whether a VM can be shut off here and started on another host. */
public final class Redeployable {
    private Redeployable() {}

    /**
     * All that speaks against it; empty when nothing does. Touches nothing. What the VM itself is comes before what the destination
     * is.
     *
     * @param isShared whether the file at a path is the same one on every host
     */
    public static List<Refusal> check(VmId vm, String destinationUri, Ends ends, Predicate<String> isShared) {
        try (Domain domain = ends.source().domain(UUID.fromString(vm.value())).orElse(null)) {
            if (domain == null) {
                return List.of(Refusal.of("NOT_HERE", "this host has no such VM", Map.of("vm", vm.value())));
            }
            DomainDescription next = asStarted(domain);
            List<Refusal> refusals = new ArrayList<>(Preflight.ofTies(next));
            refusals.addAll(LeftBehind.of(domain, isShared));
            Connection destination;
            try {
                destination = ends.destination();
            } catch (LibvirtException e) {
                refusals.add(Failures.unreachable(vm, destinationUri, e));
                return refusals;
            }
            refusals.addAll(Preflight.atDestination(next, ends.source(), destination));
            return refusals;
        } catch (LibvirtException e) {
            return List.of(Failures.daemonTrouble(vm, e));
        }
    }

    /** A guest that boots anew takes the CPU that it finds, unless its owner asks for a certain one. */
    private static DomainDescription asStarted(Domain domain) {
        DomainDescription next = DomainDescription.parse(domain.inactiveXml());
        return next.cpuMode().equals(Optional.of("custom")) ? next : next.withAnyCpu();
    }
}
