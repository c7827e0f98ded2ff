package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.webhook.WebhookSettings;
import dev.evenkeel.wire.Json;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What becomes of a scheduled event is told outside: by webhooks and by the stream, to whose VM it is. */
@Timeout(180)
class ScheduledEventChangesTest {
    private static final String BECAUSE = "{\"reason\": \"a noisy fan\"}";

    @TempDir
    private Path directory = Path.of("");

    private final FakeFleet fleet = new FakeFleet().hostThatTells("h1", "acme").host("h2");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        fleet.joins(server, directory);
        Eventually.is(
                "there is a place for the VM",
                () -> server.api().get("/v1/hosts").json().path("items").size() == 2);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    private JsonNode evacuate() throws Exception {
        assertThat(server.api().post("/v1/hosts/h1/evacuate", BECAUSE).status()).isEqualTo(202);
        Eventually.is(
                "the VM is told",
                () -> !server.api()
                        .get("/v1/scheduled-events")
                        .json()
                        .path("items")
                        .isEmpty());
        return server.api().get("/v1/scheduled-events").json().at("/items/0");
    }

    private void approve(JsonNode event) throws Exception {
        String path = "/v1/scheduled-events/" + event.path("id").asString() + "/approve";
        assertThat(server.api().post(path, BECAUSE).status()).isEqualTo(202);
    }

    @Test
    void theStoryOfAnEventIsToldInOrderAndOnlyToItsOwner() throws Exception {
        Api acme = server.tenant("acme");
        try (Receiver receiver = Receiver.answering(n -> 200);
                Receiver all = Receiver.answering(n -> 200);
                Receiver some = Receiver.answering(n -> 200);
                Receiver others = Receiver.answering(n -> 200)) {
            JsonNode made = new Hooks(acme).make(receiver.url(), "");
            assertThat(made.path("tenant").asString()).isEqualTo("acme");
            new Hooks(server.api()).make(all.url(), "");
            new Hooks(acme).make(some.url(), ", \"types\": [\"ended\"]");
            new Hooks(server.tenant("globex")).make(others.url(), "");

            JsonNode event = evacuate();
            Eventually.is("it is scheduled", () -> receiver.types().equals(List.of("scheduled")));
            approve(event);
            List<String> story = List.of("scheduled", "approved", "started", "ended");
            Eventually.is(
                    "all is told",
                    () -> receiver.types().size() == 4 && all.types().size() == 4);
            Eventually.is("the end is told", () -> some.types().size() == 1);

            assertThat(receiver.types()).isEqualTo(story);
            assertThat(all.types()).isEqualTo(story);
            assertThat(some.types()).containsExactly("ended");
            assertThat(others.got()).isEmpty();
            Receiver.Got first = receiver.got().getFirst();
            assertThat(first.isSignedWith(made.path("secret").asString())).isTrue();
            assertThat(first.json().path("data")).isEqualTo(event);
            assertThat(first.json().path("subject")).isEqualTo(event.path("vm"));
            assertThat(receiver.got().get(1).json().at("/data/approvedBy").asString())
                    .isEqualTo("admin");
            assertThat(receiver.got().get(3).json().at("/data/status").asString())
                    .isEqualTo("ENDED");

            List<JsonNode> stream = listen(acme, "?after=0", Map.of());
            assertThat(stream.stream().map(change -> change.path("type").asString()))
                    .containsExactlyElementsOf(story);
            assertThat(stream.stream().map(change -> change.path("id").asString()))
                    .containsExactlyElementsOf(receiver.got().stream()
                            .map(got -> got.header("webhook-id"))
                            .toList());
            String second = stream.get(1).path("sequence").asString();
            assertThat(listen(acme, "", Map.of("Last-Event-ID", second))).isEqualTo(stream.subList(2, 4));
            assertThat(listen(server.tenant("globex"), "?after=0", Map.of())).isEmpty();
            assertThat(listen(server.api(), "?after=1&tenant=acme", Map.of())).hasSize(3);
        }
    }

    @Test
    void whoseVmItIsWhenItHappensIsTold() throws Exception {
        try (Receiver before = Receiver.answering(n -> 200);
                Receiver after = Receiver.answering(n -> 200)) {
            new Hooks(server.tenant("acme")).make(before.url(), "");
            new Hooks(server.tenant("globex")).make(after.url(), "");
            JsonNode event = evacuate();
            Eventually.is("acme is told", () -> before.types().size() == 1);

            String vm = event.path("vm").asString();
            assertThat(server.api()
                            .send("PATCH", "/v1/vms/" + vm, "{\"tenant\": \"globex\"}", Map.of())
                            .status())
                    .isEqualTo(200);
            Eventually.is("globex is told", () -> after.types().equals(List.of("scheduled")));
            server.api().post("/v1/runs/" + event.path("run").asString() + "/cancel", BECAUSE);
            Eventually.is("it is withdrawn", () -> after.types().equals(List.of("scheduled", "withdrawn")));

            assertThat(before.types()).containsExactly("scheduled", "withdrawn");
            assertThat(before.got().get(1).json().at("/data/tenant").asString()).isEqualTo("acme");
            assertThat(listen(server.tenant("globex"), "?after=0", Map.of())).hasSize(2);
        }
    }

    @Test
    void whatWasNotDeliveredWhenTheServerEndedIsDeliveredWhenItStartsAgain() throws Exception {
        int port = TestServer.freePort();
        server.stop();
        server.start(new WebhookSettings(
                true,
                TestServer.WEBHOOKS.allowed(),
                List.of(),
                java.util.Collections.nCopies(20, Duration.ofSeconds(1)),
                Duration.ofSeconds(2)));
        Hooks hooks = new Hooks(server.api());
        String id = hooks.id("http://127.0.0.1:" + port + "/later");
        evacuate();
        Eventually.is(
                "it was tried", () -> hooks.deliveries(id).at("/0/attempts").asInt(0) > 0);
        String delivery = hooks.deliveries(id).at("/0/id").asString();
        assertThat(hooks.deliveries(id).at("/0/answer").asString()).isEqualTo("takes no connections");
        server.stop();

        try (Receiver receiver = Receiver.on(port)) {
            server.start();
            Eventually.is("it arrives", () -> !receiver.got().isEmpty());
            assertThat(receiver.got().getFirst().header("webhook-id")).isEqualTo(delivery);
            hooks.await(id, "DELIVERED");
            assertThat(receiver.types()).containsExactly("scheduled");
        }
    }

    /** Reads what there is, up to where the stream says that it is quiet. */
    private static List<JsonNode> listen(Api api, String query, Map<String, String> headers) throws Exception {
        List<JsonNode> changes = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                api.stream("/v1/scheduled-events/stream" + query, headers), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.contains("still here")) {
                if (line.startsWith("data:")) {
                    changes.add(Json.mapper().readTree(line.substring(5)));
                }
                line = lines.readLine();
            }
        }
        return changes;
    }
}
