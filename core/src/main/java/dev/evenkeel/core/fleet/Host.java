package dev.evenkeel.core.fleet;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One machine that runs VMs, as last seen.
 *
 * @param cordoned an operator keeps new VMs away
 * @param inMaintenance a host run works on it; set by the engine's side, never by the agent
 * @param reachable its agent has been heard of within the silence limit
 * @param observedAt when the VMs and facts were read on the host, by the engine's clock
 * @param dedicatedTo the only tenant whose VMs are to be here, or null where everybody's may
 */
public record Host(
        HostId id,
        Topology topology,
        HostFacts facts,
        boolean cordoned,
        boolean inMaintenance,
        boolean reachable,
        Instant observedAt,
        @Nullable TenantId dedicatedTo) {
    /** One that everybody's VMs may be on. */
    public Host(
            HostId id,
            Topology topology,
            HostFacts facts,
            boolean cordoned,
            boolean inMaintenance,
            boolean reachable,
            Instant observedAt) {
        this(id, topology, facts, cordoned, inMaintenance, reachable, observedAt, null);
    }

    /** Whether a VM may be placed here now. */
    public boolean schedulable() {
        return !cordoned && !inMaintenance && reachable;
    }

    /** Whether VMs of its tenant may be here. */
    public boolean isFor(Vm vm) {
        return dedicatedTo == null || dedicatedTo.equals(vm.tenant());
    }

    /** Whether it is dedicated to the VM's tenant. */
    public boolean isItsOwners(Vm vm) {
        return vm.tenant().equals(dedicatedTo);
    }
}
