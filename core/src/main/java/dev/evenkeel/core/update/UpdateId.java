package dev.evenkeel.core.update;

import dev.evenkeel.core.fleet.Names;

/** Names one update in the catalogue. */
public record UpdateId(String value) implements Comparable<UpdateId> {
    public UpdateId {
        Names.require("update id", value);
    }

    @Override
    public int compareTo(UpdateId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
