package dev.evenkeel.core.fleet;

import java.time.Instant;

/**
 * One machine that runs VMs, as last seen.
 *
 * @param cordoned an operator keeps new VMs away
 * @param inMaintenance a host run works on it; set by the engine's side, never by the agent
 * @param reachable its agent has been heard of within the silence limit
 * @param observedAt when the VMs and facts were read on the host, by the engine's clock
 */
public record Host(
        HostId id,
        Topology topology,
        HostFacts facts,
        boolean cordoned,
        boolean inMaintenance,
        boolean reachable,
        Instant observedAt) {

    /** Whether a VM may be placed here now. */
    public boolean schedulable() {
        return !cordoned && !inMaintenance && reachable;
    }
}
