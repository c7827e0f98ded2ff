package dev.evenkeel.server.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the API's table.
 *
 * @param path with parameters in braces, as in openapi.yaml
 * @param query the query parameters it takes; others are refused by name
 * @param body the record that its JSON body is read into, or null when it takes none or reads it by itself
 * @param endpoint what it does
 */
public record Route(
        Verb verb,
        String path,
        Access access,
        List<String> query,
        @Nullable Class<?> body,
        Endpoint endpoint) {
    public Route {
        query = List.copyOf(query);
    }

    /** The HTTP methods of the API. */
    public enum Verb {
        GET,
        HEAD,
        PUT,
        POST,
        PATCH,
        DELETE;

        /** Whether it only looks. */
        boolean reads() {
            return this == GET || this == HEAD;
        }
    }

    /** What a route does: answers by a value, or writes the response by itself. */
    public sealed interface Endpoint {}

    /** Answers with a value; what idempotency keys and most routes need. */
    @FunctionalInterface
    public non-sealed interface Simple extends Endpoint {
        Answer handle(Call call) throws Exception;
    }

    /** Reads or writes a stream: payloads, events, metrics. */
    @FunctionalInterface
    public non-sealed interface Streaming extends Endpoint {
        void handle(Call call, io.helidon.webserver.http.ServerResponse response) throws Exception;
    }

    /** The route as {@link Rights} names it. */
    public String name() {
        return verb + " " + path;
    }

    /** Something to read, with the query parameters it takes. */
    public static Route get(String path, Simple endpoint, String... query) {
        return new Route(Verb.GET, path, Access.READ, List.of(query), null, endpoint);
    }

    /** A list to read page by page, with the query parameters it takes besides. */
    public static Route list(String path, Simple endpoint, String... query) {
        return new Route(
                Verb.GET,
                path,
                Access.READ,
                java.util.stream.Stream.concat(
                                java.util.Arrays.stream(query), java.util.stream.Stream.of("limit", "cursor"))
                        .toList(),
                null,
                endpoint);
    }

    /** A question whose words need a JSON body; it changes nothing. */
    public static Route question(String path, Class<?> body, Simple endpoint) {
        return new Route(Verb.POST, path, Access.READ, List.of(), body, endpoint);
    }

    /** A report with a JSON body of what somebody outside has seen. */
    public static Route observation(String path, Class<?> body, Simple endpoint) {
        return new Route(Verb.POST, path, Access.OBSERVE, List.of(), body, endpoint);
    }

    /** An order with a JSON body. */
    public static Route order(String path, Class<?> body, Simple endpoint) {
        return new Route(Verb.POST, path, Access.ORDER, List.of(), body, endpoint);
    }

    /** A change of some fields of something that is there. */
    public static Route change(String path, Class<?> body, Simple endpoint) {
        return new Route(Verb.PATCH, path, Access.ORDER, List.of(), body, endpoint);
    }

    /** The end of something. */
    public static Route removal(String path, Simple endpoint) {
        return new Route(Verb.DELETE, path, Access.ORDER, List.of(), null, endpoint);
    }
}
