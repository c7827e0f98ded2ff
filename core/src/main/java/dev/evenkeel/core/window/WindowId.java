package dev.evenkeel.core.window;

import dev.evenkeel.core.fleet.Names;

/** Names one maintenance configuration, whatever it is called by its owner. */
public record WindowId(String value) implements Comparable<WindowId> {
    public WindowId {
        Names.require("window id", value);
    }

    @Override
    public int compareTo(WindowId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
