package dev.evenkeel.store;

import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host that joined, as it is kept.
 *
 * @param cordonReason why an operator keeps new VMs away, or null
 * @param dedicatedTo the only tenant whose VMs are to be here, or null
 * @param facts what its agent last told, or null when it never did
 * @param observedAt when that was read, or null with the facts
 */
public record HostRecord(
        HostId id,
        Topology topology,
        boolean cordoned,
        @Nullable String cordonReason,
        @Nullable TenantId dedicatedTo,
        @Nullable HostFacts facts,
        List<Vm> vms,
        @Nullable Instant observedAt) {
    public HostRecord {
        vms = List.copyOf(vms);
    }
}
