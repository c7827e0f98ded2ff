package dev.evenkeel.core.fleet;

/** Names one VM for its whole life: the domain's UUID, which a migration keeps. */
public record VmId(String value) implements Comparable<VmId> {
    public VmId {
        Names.require("VM id", value);
    }

    @Override
    public int compareTo(VmId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
