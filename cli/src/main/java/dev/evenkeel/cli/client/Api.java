package dev.evenkeel.cli.client;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The server's API. Every method either returns the answer or throws {@link CommandFailed} with the code that the shell
 * gets. A connection that breaks under a request is tried once more; an order carries an {@code Idempotency-Key}, so
 * the second try cannot do it twice.
 */
public final class Api implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Place place;
    private final Duration timeout;
    private final HttpClient http;
    private final Optional<String> token;

    /** @param timeout how long one request may take; uploads and streams have no such limit */
    public Api(Place place, Duration timeout, InstantSource clock) {
        this.place = place;
        this.timeout = timeout;
        this.token = place.token(clock.instant());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout.compareTo(CONNECT) < 0 ? timeout : CONNECT);
        if ("http".equals(place.server().getScheme())) {
            builder.sslContext(trustingNobody());
        }
        this.http = builder.build();
    }

    /** Spares a start over plain HTTP the reading of the JDK's whole trust store, which the client does by default. */
    private static SSLContext trustingNobody() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[0], new TrustManager[0], null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** One answer. The steps are escaped: {@code get(NONE, "hosts", "rack/1")} asks for {@code /v1/hosts/rack%2F1}. */
    public JsonNode get(Query query, String... steps) {
        return tree(send(request(query, steps).timeout(timeout).GET().build()));
    }

    /** A list that may be long: its pages are fetched when they are asked for. */
    public Pages list(Query query, String... steps) {
        return new Pages(this, query, steps);
    }

    /** An order; {@code body} null sends none. */
    public JsonNode order(@Nullable JsonNode body, String... steps) {
        return body == null
                ? order(BodyPublishers.noBody(), "application/json", steps)
                : order(BodyPublishers.ofString(body.toString()), "application/json", steps);
    }

    /** An order whose body is text of another type, such as a manifest in YAML. */
    public JsonNode order(String body, String contentType, String... steps) {
        return order(BodyPublishers.ofString(body), contentType, steps);
    }

    /** A change of some fields of something. */
    public JsonNode change(JsonNode body, String... steps) {
        return tree(send(request(Query.NONE, steps)
                .timeout(timeout)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body.toString()))
                .build()));
    }

    /** An order that ends something. */
    public JsonNode remove(String... steps) {
        return tree(send(request(Query.NONE, steps)
                .timeout(timeout)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .DELETE()
                .build()));
    }

    private JsonNode order(BodyPublisher body, String contentType, String... steps) {
        HttpRequest.Builder request = request(Query.NONE, steps)
                .timeout(timeout)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(body);
        if (body.contentLength() != 0) {
            request.header("Content-Type", contentType);
        }
        return tree(send(request.build()));
    }

    /**
     * One file, word for word; empty when the server has none.
     *
     * @param most how many bytes of it are wanted; of a longer one just one more is returned
     */
    public Optional<byte[]> file(int most, String... steps) {
        HttpRequest request = request(Query.NONE, steps).timeout(timeout).GET().build();
        HttpResponse<InputStream> answer = exchange(request, BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            byte[] bytes = body.readNBytes(most + 1);
            if (answer.statusCode() == 404) {
                return Optional.empty();
            }
            if (answer.statusCode() != 200) {
                throw Problems.from(answer.statusCode(), new String(bytes, StandardCharsets.UTF_8));
            }
            return Optional.of(bytes);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** Whether the server has the payload with this digest (lower-case hex). */
    public boolean hasPayload(String sha256) {
        HttpRequest head = request(Query.NONE, "payloads", sha256)
                .timeout(timeout)
                .method("HEAD", BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = exchange(head, BodyHandlers.ofString());
        if (answer.statusCode() == 404) {
            return false;
        }
        check(answer);
        return true;
    }

    /** Uploads a payload; {@code meter} hears how much of it has gone out. */
    public void putPayload(String sha256, Path file, Upload.Meter meter) {
        try {
            HttpRequest put = request(Query.NONE, "payloads", sha256)
                    .header("Content-Type", "application/octet-stream")
                    .PUT(Upload.metered(BodyPublishers.ofFile(file), meter))
                    .build();
            check(exchange(put, BodyHandlers.ofString()));
        } catch (FileNotFoundException e) {
            throw new CommandFailed(ExitCode.USAGE, "the payload file " + file + " cannot be read");
        }
    }

    /** Opens the event stream, or another stream of this kind; see {@link EventStream}. */
    public EventStream events(Query query, @Nullable Long after, String... steps) {
        return EventStream.open(this, query, after, steps.length == 0 ? new String[] {"events"} : steps);
    }

    /**
     * The raw stream of events, as far as the headers, which have the time of one request; used by {@link EventStream}
     * again after each break.
     */
    HttpResponse<InputStream> openEvents(Query query, @Nullable Long after, String... steps)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(query, steps).header("Accept", "text/event-stream");
        if (after != null) {
            request.header("Last-Event-ID", Long.toString(after));
        }
        CompletableFuture<HttpResponse<InputStream>> answer =
                http.sendAsync(request.GET().build(), BodyHandlers.ofInputStream());
        try {
            return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new HttpTimeoutException("no answer");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** Whom we talk to, for messages. */
    URI server() {
        return place.server();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(Query query, String... steps) {
        StringBuilder path = new StringBuilder(place.server().toString()).append("/v1");
        for (String step : steps) {
            path.append('/').append(Query.encode(step));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(path + query.toString()));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request;
    }

    private HttpResponse<String> send(HttpRequest request) {
        HttpResponse<String> answer = exchange(request, BodyHandlers.ofString());
        check(answer);
        return answer;
    }

    private static void check(HttpResponse<String> answer) {
        if (answer.statusCode() / 100 != 2) {
            throw Problems.from(answer.statusCode(), answer.body());
        }
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            try {
                return http.send(request, handler);
            } catch (ConnectException | HttpTimeoutException e) {
                throw unreachable(e);
            } catch (IOException e) {
                return http.send(request, handler);
            }
        } catch (IOException e) {
            throw unreachable(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted");
        }
    }

    CommandFailed unreachable(IOException e) {
        String why = switch (e) {
            case HttpConnectTimeoutException slow -> "no connection within " + CONNECT.toSeconds() + " s";
            case HttpTimeoutException slow -> "no answer within " + timeout.toSeconds() + " s (--request-timeout)";
            case ConnectException refused -> "connection refused";
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
        return new CommandFailed(
                ExitCode.UNREACHABLE,
                "the server at " + place.server() + " does not answer: " + why,
                List.of("start one with: evenkeel server, or name another with --server URL"));
    }

    private static JsonNode tree(HttpResponse<String> answer) {
        try {
            return Json.parse(answer.body());
        } catch (JacksonException e) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "what answered at " + answer.uri() + " is not an Evenkeel server: its answer is not JSON");
        }
    }
}
