package dev.evenkeel.server.http;

import java.util.Map;

/**
 * What an endpoint answers.
 *
 * @param body written as JSON
 * @param headers beyond the usual ones, such as {@code Location}
 */
public record Answer(int status, Object body, Map<String, String> headers) {
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

    /** Something that was begun, and where to follow it. */
    public static Answer accepted(String location, Object body) {
        return new Answer(202, body, Map.of("Location", location));
    }
}
