package dev.evenkeel.server.http;

import java.util.Map;

/**
 * What an endpoint answers.
 *
 * @param body written as JSON
 * @param headers beyond the usual ones, such as {@code Location}
 */
public record Answer(int status, Object body, Map<String, String> headers) {
    private static final String NOT_KEPT = "no-store";

    public Answer {
        headers = Map.copyOf(headers);
    }

    public static Answer ok(Object body) {
        return new Answer(200, body, Map.of());
    }

    /** Something new, and where it is. */
    public static Answer created(String location, Object body) {
        return new Answer(201, body, Map.of("Location", location));
    }

    /** The same, with a secret in it: neither caches nor the answers that are kept for repeated orders may have it. */
    public Answer secret() {
        Map<String, String> more = new java.util.TreeMap<>(headers);
        more.put("Cache-Control", NOT_KEPT);
        return new Answer(status, body, more);
    }

    boolean isSecret() {
        return NOT_KEPT.equals(headers.get("Cache-Control"));
    }

    /** Something that was begun, and where to follow it. */
    public static Answer accepted(String location, Object body) {
        return new Answer(202, body, Map.of("Location", location));
    }
}
