package dev.evenkeel.server;

import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A client of the API that holds each answer against the description. */
final class Api {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String url;
    private final String token;

    Api(String url, String token) {
        this.url = url;
        this.token = token;
    }

    /** An answer. */
    record Reply(int status, Map<String, String> headers, byte[] body) {
        JsonNode json() {
            return Json.mapper().readTree(body);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send(request("GET", path, new byte[0], Map.of()));
    }

    Reply post(String path, String json) throws IOException, InterruptedException {
        return post(path, json, Map.of());
    }

    Reply post(String path, String json, Map<String, String> headers) throws IOException, InterruptedException {
        return send(request("POST", path, json.getBytes(StandardCharsets.UTF_8), headers));
    }

    Reply put(String path, byte[] body) throws IOException, InterruptedException {
        return send(request("PUT", path, body, Map.of("Content-Type", "application/octet-stream")));
    }

    Reply send(String method, String path, String body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return send(request(method, path, body.getBytes(StandardCharsets.UTF_8), headers));
    }

    /** Opens a stream that does not end. */
    InputStream stream(String path, Map<String, String> headers) throws IOException, InterruptedException {
        HttpResponse<InputStream> response =
                HTTP.send(request("GET", path, new byte[0], headers), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException(
                    response.statusCode() + " " + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
        }
        return response.body();
    }

    private HttpRequest request(String method, String path, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(LIMIT);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        if (body.length > 0 && !headers.containsKey("Content-Type")) {
            request.header("Content-Type", "application/json");
        }
        headers.forEach(request::header);
        return request.method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private Reply send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
        Map<String, String> headers = new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        Reply reply = new Reply(response.statusCode(), headers, response.body());
        OpenApi.check(request.method(), request.uri().getPath(), reply);
        return reply;
    }
}
