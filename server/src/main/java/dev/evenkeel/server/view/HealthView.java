package dev.evenkeel.server.view;

import java.util.Map;

/** How the server is. */
public record HealthView(String status, Map<String, String> checks) {

    /** @param checks by name: "ok", or what is wrong */
    public static HealthView of(Map<String, String> checks) {
        boolean good = checks.values().stream().allMatch("ok"::equals);
        return new HealthView(good ? "ok" : "failing", checks);
    }

    public boolean good() {
        return status.equals("ok");
    }
}
