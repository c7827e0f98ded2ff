package dev.evenkeel.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server on the loopback that answers what a test tells it to, and complains when either side leaves the API. */
final class FakeServer implements AutoCloseable {
    /** A request as it came in; {@code path} with its query, still escaped. */
    record Request(String method, String path, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    private record Answer(int status, String body) {}

    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private final Deque<List<String>> streams = new ArrayDeque<>();

    FakeServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next answer to this method and path (without query); the last one told is repeated. */
    FakeServer on(String methodAndPath, int status, String json) {
        answers.computeIfAbsent(methodAndPath, key -> new ArrayDeque<>()).add(new Answer(status, json));
        return this;
    }

    FakeServer on(String methodAndPath, String json) {
        return on(methodAndPath, 200, json);
    }

    /**
     * The next stream of events: these messages, then it breaks off. The last one told stays open instead; other streams break off
     * after it too, and then there is no such stream any more.
     */
    synchronized FakeServer onEvents(String... messages) {
        streams.add(List.of(messages));
        return this;
    }

    synchronized List<Request> requests(String methodAndPath) {
        return requests.stream()
                .filter(request ->
                        (request.method() + " " + request.path().replaceFirst("\\?.*", "")).equals(methodAndPath))
                .toList();
    }

    Request request(String methodAndPath) {
        List<Request> all = requests(methodAndPath);
        if (all.isEmpty()) {
            throw new AssertionError("there was no " + methodAndPath + ", only " + requests);
        }
        return all.getLast();
    }

    /** Where a request or a told answer left the API's description; empty is good. */
    synchronized List<String> wrong() {
        return List.copyOf(wrong);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = read(exchange);
        String path = exchange.getRequestURI().getRawPath();
        ApiDescription.Operation operation = ApiDescription.operation(request.method(), path);
        Answer answer = answer(request.method() + " " + path);
        synchronized (this) {
            requests.add(request);
            if (operation == null) {
                wrong.add(request.method() + " " + path + " is not in the API");
            } else {
                check(operation, request, answer, exchange.getRequestURI().getRawQuery());
            }
        }
        boolean events = path.equals("/v1/events");
        if (events || path.endsWith("/stream") && hasStreams()) {
            stream(exchange, events);
        } else {
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            boolean head = request.method().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        }
    }

    private void check(ApiDescription.Operation operation, Request request, Answer answer, @Nullable String query) {
        String name = operation.id() + ": ";
        Set<String> names = query == null
                ? Set.of()
                : Arrays.stream(query.split("&"))
                        .map(one -> one.replaceFirst("=.*", ""))
                        .collect(Collectors.toSet());
        boolean json = request.header("content-type").equals("application/json");
        boolean binary = request.header("content-type").equals("application/octet-stream");
        if (json || (!binary && request.body().isEmpty())) {
            operation.wrongInRequest(names, json ? request.json() : null).forEach(it -> wrong.add(name + it));
        }
        if (request.method().equals("POST") && request.header("idempotency-key").isEmpty()) {
            wrong.add(name + "an order without Idempotency-Key");
        }
        if (!request.method().equals("HEAD") && !operation.id().startsWith("stream")) {
            try {
                JsonNode body = JsonMapper.shared().readTree(answer.body());
                operation.wrongInAnswer(answer.status(), body).forEach(it -> wrong.add(name + it));
            } catch (JacksonException e) {
                wrong.add(name + "the test's answer is not JSON: " + answer.body());
            }
        }
    }

    private Answer answer(String methodAndPath) {
        Deque<Answer> told = answers.get(URLDecoder.decode(methodAndPath, StandardCharsets.UTF_8));
        if (told == null) {
            return new Answer(404, Samples.NOT_FOUND);
        }
        synchronized (told) {
            return told.size() > 1 ? told.removeFirst() : told.getFirst();
        }
    }

    private static Request read(HttpExchange exchange) throws IOException {
        Map<String, String> headers = exchange.getRequestHeaders().entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().toLowerCase(java.util.Locale.ROOT),
                        entry -> entry.getValue().getFirst()));
        return new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers,
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private synchronized boolean hasStreams() {
        return !streams.isEmpty();
    }

    private void stream(HttpExchange exchange, boolean lastStays) throws IOException {
        List<String> messages;
        boolean stays;
        synchronized (this) {
            messages = streams.isEmpty() ? List.of() : streams.removeFirst();
            stays = lastStays && streams.isEmpty();
        }
        exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        out.write(": welcome\n\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        for (String message : messages) {
            out.write(message.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
        if (!stays) {
            exchange.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
