package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Names;

/** Makes one order to the outside world idempotent: the run's id and a number that the run counts up. */
public record EffectId(String value) implements Comparable<EffectId> {
    public EffectId {
        Names.require("effect id", value);
    }

    @Override
    public int compareTo(EffectId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
