package dev.evenkeel.lab;

import java.nio.file.Path;
import java.util.Map;

/** Where Evenkeel keeps what it must not forget, when nobody says otherwise. */
public final class StateDirectory {
    private StateDirectory() {}

    /** {@code EVENKEEL_STATE}, else {@code XDG_STATE_HOME/evenkeel}, else {@code ~/.local/state/evenkeel}. */
    public static Path byDefault(Map<String, String> environment) {
        String own = environment.getOrDefault("EVENKEEL_STATE", "");
        if (!own.isEmpty()) {
            return Path.of(own);
        }
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        return xdg.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", "/root"), ".local/state/evenkeel")
                : Path.of(xdg, "evenkeel");
    }
}
