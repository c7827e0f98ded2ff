package dev.evenkeel.core.fleet;

/** Names the owner of VMs. */
public record TenantId(String value) implements Comparable<TenantId> {
    public TenantId {
        Names.require("tenant id", value);
    }

    @Override
    public int compareTo(TenantId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
