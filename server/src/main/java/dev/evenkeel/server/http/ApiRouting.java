package dev.evenkeel.server.http;

import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Hangs the table of routes into the HTTP engine, and answers what no route matches. */
public final class ApiRouting {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]+}");

    private final List<Route> routes;
    private final Dispatcher dispatcher;

    public ApiRouting(List<Route> routes, Dispatcher dispatcher) {
        this.routes = List.copyOf(routes);
        this.dispatcher = dispatcher;
    }

    public void addTo(HttpRouting.Builder routing) {
        for (Route route : routes) {
            routing.route(
                    Method.create(route.verb().name()),
                    route.path(),
                    (request, response) -> dispatcher.serve(route, request, response));
        }
        routing.any(this::unmatched);
    }

    private void unmatched(ServerRequest request, ServerResponse response) {
        String path = request.path().path();
        String allowed = routes.stream()
                .filter(route -> matches(route, path))
                .map(route -> route.verb().name())
                .distinct()
                .collect(Collectors.joining(", "));
        if (allowed.isEmpty()) {
            Problems.send(
                    response,
                    Problem.Kind.NOT_FOUND
                            .because("Nothing lives at " + path + "; the addresses are in openapi.yaml.")
                            .problem());
        } else {
            response.header("Allow", allowed);
            Problems.send(
                    response,
                    Problem.Kind.NO_SUCH_METHOD
                            .because(path + " takes " + allowed + ", not "
                                    + request.prologue().method().text() + ".")
                            .problem());
        }
    }

    private static boolean matches(Route route, String path) {
        String pattern = PARAMETER
                .splitAsStream(route.path())
                .map(Pattern::quote)
                .collect(Collectors.joining("[^/]+", "", route.path().endsWith("}") ? "[^/]+" : ""));
        return path.matches(pattern);
    }
}
