package dev.evenkeel.core.fleet;

/** Names the hosts among which a VM can be live-migrated; the unit of sharding. */
public record MigrationDomainId(String value) implements Comparable<MigrationDomainId> {
    public MigrationDomainId {
        Names.require("migration domain id", value);
    }

    @Override
    public int compareTo(MigrationDomainId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
