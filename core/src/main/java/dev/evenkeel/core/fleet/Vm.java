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
 * @param vmmCurrent its process runs the very VMM that is installed on its host now; true of a VM that is off
 * @param aside it is with the agent's own daemon, between two hand-overs, and its host's {@code virsh} does not show it
 * @param ties why its memory can't be kept while its VMM is replaced beneath it, as found on the host
 * @param misread what its metadata says of its owner's wishes and cannot be read, each with what it counts as and the remedy
 * @param tags what its owner calls it by
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
        boolean hasLocalStorage,
        boolean vmmCurrent,
        boolean aside,
        List<Refusal> ties,
        List<Refusal> misread,
        Tags tags) {
    public Vm {
        tags = tags == null ? Tags.NONE : tags; // likewise
        misread = misread == null ? List.of() : List.copyOf(misread); // likewise
        obstacles = List.copyOf(obstacles);
        ties = ties == null ? List.of() : List.copyOf(ties); // null in what was stored before there were any
    }

    /** A VM without tags, whose metadata can be read. */
    public Vm(
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
            boolean hasLocalStorage,
            boolean vmmCurrent,
            boolean aside,
            List<Refusal> ties) {
        this(
                id,
                name,
                tenant,
                host,
                state,
                memory,
                vcpus,
                availabilitySet,
                intent,
                vmmVersion,
                obstacles,
                dirtyRate,
                hasLocalStorage,
                vmmCurrent,
                aside,
                ties,
                List.of(),
                Tags.NONE);
    }

    /** Whether it is in its place, and runs the very VMM that is installed there. */
    public boolean settled() {
        return vmmCurrent && !aside;
    }

    /** Whether both are of one availability set. A set is its tenant's: the same name of two tenants is two sets. */
    public boolean isInOneSetWith(Vm other) {
        return availabilitySet != null && tenant.equals(other.tenant) && availabilitySet.equals(other.availabilitySet);
    }

    /** The same VM with another owner, another set, other wishes or other tags. */
    public Vm owned(TenantId owner, @Nullable AvailabilitySetId set, Intent wishes, Tags called) {
        return new Vm(
                id,
                name,
                owner,
                host,
                state,
                memory,
                vcpus,
                set,
                wishes,
                vmmVersion,
                obstacles,
                dirtyRate,
                hasLocalStorage,
                vmmCurrent,
                aside,
                ties,
                misread,
                called);
    }

    /** The same VM, whose owner agrees to a restart. */
    public Vm consenting() {
        return owned(
                tenant,
                availabilitySet,
                new Intent(
                        intent.maxPause(),
                        intent.migration(),
                        intent.postCopy(),
                        Intent.Restart.CONSENT,
                        intent.onHostFailure(),
                        intent.notice()),
                tags);
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
                hasLocalStorage,
                vmmCurrent,
                aside,
                ties,
                misread,
                tags);
    }
}
