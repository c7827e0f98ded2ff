package dev.evenkeel.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.JsonNode;

/** A real receiver of webhooks on the loopback, which answers as a test tells it. */
final class Receiver implements AutoCloseable {
    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile IntUnaryOperator status;
    private volatile Map<String, String> headers = Map.of();

    /** What came. */
    record Got(Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.entrySet().stream()
                    .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                    .map(entry -> String.join(",", entry.getValue()))
                    .findFirst()
                    .orElse("");
        }

        JsonNode json() {
            return Json.mapper().readTree(body);
        }

        String type() {
            return json().path("type").asString();
        }

        /** As the specification of Standard Webhooks tells receivers to verify, written without the server's code. */
        boolean isSignedWith(String secret) throws Exception {
            byte[] key = java.util.Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            String signed = header("webhook-id") + "." + header("webhook-timestamp") + "." + body;
            String expected = "v1,"
                    + java.util.Base64.getEncoder()
                            .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
            return List.of(header("webhook-signature").split(" ")).contains(expected);
        }
    }

    private Receiver(int port, IntUnaryOperator status) throws IOException {
        this.status = status;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
        http.setExecutor(threads);
        http.createContext("/", this::take);
        http.start();
    }

    /** @param status of the answer to the n-th request, from 0; less than 0 hangs */
    static Receiver answering(IntUnaryOperator status) throws IOException {
        return new Receiver(TestServer.freePort(), status);
    }

    static Receiver on(int port) throws IOException {
        return new Receiver(port, n -> 204);
    }

    private void take(HttpExchange exchange) throws IOException {
        int number;
        synchronized (this) {
            number = got.size();
            got.add(new Got(
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        }
        int code = status.applyAsInt(number);
        if (code < 0) {
            return; // neither an answer nor an end
        }
        headers.forEach(exchange.getResponseHeaders()::add);
        exchange.sendResponseHeaders(code, -1);
        exchange.close();
    }

    void answer(int code) {
        status = n -> code;
    }

    void answerWith(Map<String, String> more) {
        headers = more;
    }

    List<Got> got() {
        return List.copyOf(got);
    }

    List<String> types() {
        return got.stream()
                .map(one -> one.type().replace("dev.evenkeel.scheduledevent.", ""))
                .toList();
    }

    String url() {
        return "http://127.0.0.1:" + http.getAddress().getPort() + "/hook";
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
