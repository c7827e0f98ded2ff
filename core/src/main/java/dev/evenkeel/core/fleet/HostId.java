package dev.evenkeel.core.fleet;

/** Names one host; equals the common name of its agent's certificate. */
public record HostId(String value) implements Comparable<HostId> {
    public HostId {
        Names.require("host id", value);
    }

    @Override
    public int compareTo(HostId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
