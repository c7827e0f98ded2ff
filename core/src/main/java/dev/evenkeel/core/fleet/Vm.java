package dev.evenkeel.core.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One virtual machine on one host, as its agent last saw it.
 *
 * @param host where this sighting was made
 * @param memory guest memory
 * @param availabilitySet the set it belongs to, or null
 * @param vmmVersion version of the VMM process that runs it now, which may be older than what is installed
 * @param obstacles why it can't be moved, as found on the host (a passed-through device, a host-only CPU feature)
 * @param dirtyRate memory written per second at the last measurement, or null before the first
 * @param hasLocalStorage it has a disk that must be copied when it moves
 */
public record Vm(
        VmId id,
        String name,
        TenantId tenant,
        HostId host,
        VmState state,
        Bytes memory,
        int vcpus,
        @Nullable AvailabilitySetId availabilitySet,
        Intent intent,
        String vmmVersion,
        List<Refusal> obstacles,
        @Nullable Bytes dirtyRate,
        boolean hasLocalStorage) {
    public Vm {
        obstacles = List.copyOf(obstacles);
    }

    /** The same VM as it will be once it has moved. */
    public Vm movedTo(HostId destination) {
        return new Vm(
                id,
                name,
                tenant,
                destination,
                state,
                memory,
                vcpus,
                availabilitySet,
                intent,
                vmmVersion,
                obstacles,
                dirtyRate,
                hasLocalStorage);
    }
}
