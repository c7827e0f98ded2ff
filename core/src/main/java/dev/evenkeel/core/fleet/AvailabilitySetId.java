package dev.evenkeel.core.fleet;

/** Names a set of VMs that must not be disturbed at the same time. */
public record AvailabilitySetId(String value) implements Comparable<AvailabilitySetId> {
    public AvailabilitySetId {
        Names.require("availability set id", value);
    }

    @Override
    public int compareTo(AvailabilitySetId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
