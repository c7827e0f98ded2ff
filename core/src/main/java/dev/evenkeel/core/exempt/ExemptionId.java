package dev.evenkeel.core.exempt;

import dev.evenkeel.core.fleet.Names;

/** Names one exemption. */
public record ExemptionId(String value) implements Comparable<ExemptionId> {
    public ExemptionId {
        Names.require("exemption id", value);
    }

    @Override
    public int compareTo(ExemptionId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
