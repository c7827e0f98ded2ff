package dev.evenkeel.lab;

import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs in the control namespace, where the server is: waits until it answers and prints {@code HOST TOKEN} for each
 * host named. Arguments: the server's base address, its admin token's file, the host ids.
 */
final class JoinTokens {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration BETWEEN = Duration.ofMillis(100);

    private final URI tokens;
    private final Path adminToken;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private JoinTokens(URI server, Path adminToken) {
        this.tokens = server.resolve("/v1/join-tokens");
        this.adminToken = adminToken;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        JoinTokens all = new JoinTokens(URI.create(args[0]), Path.of(args[1]));
        for (String host : Arrays.asList(args).subList(2, args.length)) {
            System.out.println(host + " " + all.token(host));
        }
    }

    private String token(String host) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return ask(host);
            } catch (IOException e) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new IOException(
                            tokens + " gives no join token within " + PATIENCE.toSeconds() + " s: " + e.getMessage(),
                            e);
                }
                LockSupport.parkNanos(BETWEEN.toNanos()); // it is still starting
            }
        }
    }

    private String ask(String host) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(tokens)
                .timeout(Duration.ofSeconds(30))
                .header(
                        "Authorization",
                        "Bearer " + Files.readString(adminToken).strip())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(Json.mapper().writeValueAsString(Map.of("host", host))))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 201) {
            throw new IOException("status " + answer.statusCode() + ": " + answer.body());
        }
        return Json.mapper().readTree(answer.body()).required("token").asString();
    }
}
