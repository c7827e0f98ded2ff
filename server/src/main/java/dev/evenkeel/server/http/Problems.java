package dev.evenkeel.server.http;

import dev.evenkeel.server.http.IdempotencyKeys.StoredAnswer;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes answers and problems; also those that the HTTP engine itself refuses before any route is found. */
public final class Problems {
    private static final String MEDIA_TYPE = "application/problem+json";

    private Problems() {}

    static StoredAnswer stored(Problem problem) {
        Map<String, String> headers = problem.status() == Problem.Kind.UNAUTHENTICATED.status()
                ? Map.of("Content-Type", MEDIA_TYPE, "WWW-Authenticate", "Bearer")
                : Map.of("Content-Type", MEDIA_TYPE);
        return new StoredAnswer(problem.status(), headers, Json.write(problem));
    }

    /** Answers with a problem, unless an answer is under way already. */
    public static void send(ServerResponse response, Problem problem) {
        if (!response.isSent()) {
            write(response, stored(problem), Map.of());
        }
    }

    /** Answers with a value. */
    public static void answer(ServerResponse response, Answer answer) {
        Map<String, String> headers = new TreeMap<>(answer.headers());
        headers.put("Content-Type", "application/json");
        write(response, new StoredAnswer(answer.status(), headers, Json.write(answer.body())), Map.of());
    }

    static void write(ServerResponse response, StoredAnswer answer, Map<String, String> more) {
        response.status(answer.status());
        answer.headers().forEach(response::header);
        more.forEach(response::header);
        response.send(answer.body());
    }

    /** Makes the HTTP engine's own refusals problems too. */
    public static DirectHandlers direct() {
        DirectHandlers.Builder builder = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            builder.addHandler(type, Problems::direct);
        }
        return builder.build();
    }

    private static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        Problem problem = new Problem(
                "/problems/http-" + status.code(),
                status.reasonPhrase(),
                status.code(),
                type == DirectHandler.EventType.INTERNAL_ERROR ? "The server's log tells more." : message,
                List.of());
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, MEDIA_TYPE))
                .keepAlive(type.keepAlive())
                .entity(Json.write(problem))
                .build();
    }
}
