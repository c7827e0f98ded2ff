package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Names;

/** Names one host run or one rollout. */
public record RunId(String value) implements Comparable<RunId> {
    public RunId {
        Names.require("run id", value);
    }

    @Override
    public int compareTo(RunId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
