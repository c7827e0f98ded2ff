package dev.evenkeel.core.window;

import java.time.Duration;

/** What a configuration governs. */
public enum MaintenanceScope {
    /** Updates of hosts, and what VMs feel of them. */
    HOST("Host", Duration.ofHours(2));

    private final String text;
    private final Duration least;

    MaintenanceScope(String text, Duration least) {
        this.text = text;
        this.least = least;
    }

    /** As it is written in the API. */
    public String text() {
        return text;
    }

    /** The shortest an opening may be, and what it is when nothing is said. */
    public Duration leastDuration() {
        return least;
    }
}
