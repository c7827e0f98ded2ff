package dev.evenkeel.lab;

import dev.evenkeel.lab.beat.Heartbeats;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * Runs in the control namespace and tells the server what the collector saw of every interruption in its pause ledger, so
 * that both stand side by side there. Arguments: the server's base address, its observer token's file, the beats' directory.
 */
final class Observer {
    /** Beats after an interruption that are waited for, so that clocks before and after can be compared. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);
    /** A VM that has not beaten again by then is told of as it is. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final URI server;
    private final Path token;
    private final Heartbeats beats;
    private final Set<String> told = new HashSet<>();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private Observer(URI server, Path token, Path beats) {
        this.server = server;
        this.token = token;
        this.beats = new Heartbeats(beats);
    }

    public static void main(String[] args) throws InterruptedException {
        Observer observer = new Observer(URI.create(args[0]), Path.of(args[1]), Path.of(args[2]));
        while (!Thread.interrupted()) {
            try {
                observer.look();
            } catch (IOException e) {
                // The server is away; it is told when it is back.
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    private void look() throws IOException, InterruptedException {
        HttpResponse<String> page = ask(request("/v1/ledger?limit=100").GET());
        if (page.statusCode() != 200) {
            return; // it is not ready
        }
        Instant now = Instant.now();
        for (JsonNode row : Json.mapper().readTree(page.body()).get("items")) {
            String id = row.get("id").asString();
            Instant ended = Instant.parse(row.get("endedAt").asString());
            boolean ripe = now.isAfter(ended.plus(AFTERWARDS))
                    && (beats.aliveSince(row.get("name").asString(), ended.plus(AFTERWARDS))
                            || now.isAfter(ended.plus(PATIENCE)));
            if (row.get("gapMs").isNull() && ripe && !told.contains(id)) {
                HttpResponse<String> answer = ask(request("/v1/observations")
                        .header("Idempotency-Key", "observed-" + id + "-" + now.getEpochSecond())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                Json.mapper().writeValueAsString(seen(row, ended, now)))));
                if (answer.statusCode() == 200) {
                    told.add(id);
                } else if (now.isAfter(ended.plus(PATIENCE))) {
                    told.add(id); // such as of a VM that is gone
                    System.out.println(id + ": " + answer.statusCode() + " " + answer.body());
                }
            }
        }
    }

    private Map<String, Object> seen(JsonNode row, Instant ended, Instant now) throws IOException {
        Instant started = Instant.parse(row.get("startedAt").asString());
        Duration before = Duration.between(started, ended).plus(AFTERWARDS);
        Pulse pulse = beats.since(row.get("name").asString(), started.minus(before));
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("vm", row.get("vm").asString());
        seen.put("from", started);
        seen.put("to", ended);
        seen.put("gapMs", pulse.gap(started, ended).toMillis());
        seen.put("normalGapMs", pulse.normalGap(started, ended).toMillis());
        seen.put("stopMs", pulse.stop(started, ended).map(Duration::toMillis).orElse(null));
        // A guest that was started again first beats when it has booted, which is later.
        seen.put("restarted", pulse.restarts(started, now) > 0);
        return seen;
    }

    private HttpRequest.Builder request(String path) throws IOException {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(ANSWER)
                .header("Authorization", "Bearer " + Files.readString(token).strip());
    }

    private HttpResponse<String> ask(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
