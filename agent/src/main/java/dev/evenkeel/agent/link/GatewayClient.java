package dev.evenkeel.agent.link;

import dev.evenkeel.agent.packages.PayloadSource;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.tuf.Refresh;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Speaks HTTP/2 over mutual TLS with the gateway. Thread-safe. */
public final class GatewayClient implements PayloadSource, Refresh.Source, AutoCloseable {
    /**
     * How long the way to a first word may take, TLS included. A host that is busy with its own start needs many seconds for its
     * part of it; one that gave up sooner would begin anew each time, and never get there.
     */
    private static final Duration CONNECT = Duration.ofMinutes(1);

    /** Longer than any answer but that to a long poll takes, the connection included. */
    static final Duration ANSWER = Duration.ofSeconds(90);

    /** More than any answer has. */
    private static final int MOST = 64 << 20;

    private final URI server;
    private final HttpClient http;

    public GatewayClient(URI server, SSLContext tls) {
        this.server = server;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(tls)
                .connectTimeout(CONNECT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    /** Posts a record and reads the answer. */
    public <T> T post(String path, Object body, Class<T> answer) throws IOException, InterruptedException {
        return post(path, body, answer, ANSWER);
    }

    /**
     * Posts a record and reads the answer.
     *
     * @throws LinkRefused when the server says no, with its reason
     * @throws IOException when it does not answer in time or not in our words
     */
    public <T> T post(String path, Object body, Class<T> answer, Duration timeout)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.mapper().writeValueAsBytes(body)))
                .build();
        HttpResponse<byte[]> response = send(request, timeout, MOST);
        try {
            if (response.statusCode() != 200) {
                throw refused(response);
            }
            if (response.body().length > MOST) {
                throw new IOException("the server's answer to " + path + " is longer than " + MOST + " bytes");
            }
            return Json.mapper().readValue(response.body(), answer);
        } catch (JacksonException e) {
            throw new IOException("the server's answer to " + path + " cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public InputStream open(String sha256, long from) {
        return new PayloadStream(this, server.resolve("/agent/v1/payloads/" + sha256), from);
    }

    /** One file of the catalogue's metadata. */
    @Override
    public Optional<byte[]> file(String name, int most) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/agent/v1/catalogue/" + name))
                .build();
        try {
            HttpResponse<byte[]> response = send(request, ANSWER, most);
            return switch (response.statusCode()) {
                case 200 -> Optional.of(response.body());
                case 404 -> Optional.empty();
                default -> throw refused(response);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading " + request.uri());
        }
    }

    /**
     * Sends a request and waits for the whole answer; a server that stalls half-way is given up too.
     *
     * @param most how many bytes of it are wanted; of a longer one just one more is returned
     */
    HttpResponse<byte[]> send(HttpRequest request, Duration timeout, int most)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, CappedBody.of(most));
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException(request.uri() + " did not answer within " + timeout, e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            throw new IOException(server + ": " + why.getMessage(), why);
        }
    }

    static LinkRefused refused(HttpResponse<byte[]> response) {
        String detail = "the server answered " + response.statusCode();
        try {
            JsonNode said = Json.mapper().readTree(response.body()).path("detail");
            if (said.isString()) {
                detail = said.asString();
            }
        } catch (JacksonException e) {
            // not our server's words, such as a proxy's; the status says enough
        }
        return new LinkRefused(response.statusCode(), detail);
    }

    /** Takes no more requests; those under way go on to their end. */
    void retire() {
        http.shutdown();
    }

    /** Ends everything at once. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
