package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Deliveries to real receivers that take, refuse, hang, redirect and want no more. */
@Timeout(180)
class WebhooksTest {
    @TempDir
    static Path directory = Path.of("");

    private static TestServer server;
    private static Api api;
    private static Hooks hooks;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        hooks = new Hooks(api);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aPingArrivesAsASignedCloudEventAndTheSecretIsShownOnce() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> 200)) {
            JsonNode made = hooks.make(receiver.url(), "");
            String id = made.path("id").asString();
            String delivery = hooks.ping(id);

            JsonNode arrived = hooks.await(id, "DELIVERED");

            assertThat(arrived.path("id").asString()).isEqualTo(delivery);
            assertThat(arrived.path("status").asInt()).isEqualTo(200);
            Receiver.Got got = receiver.got().getFirst();
            assertThat(got.isSignedWith(made.path("secret").asString())).isTrue();
            assertThat(got.isSignedWith("whsec_" + "A".repeat(44))).isFalse();
            assertThat(got.header("Content-Type")).startsWith("application/cloudevents+json");
            assertThat(got.header("webhook-id")).isEqualTo(delivery);
            assertThat(Duration.between(
                                    Instant.ofEpochSecond(Long.parseLong(got.header("webhook-timestamp"))),
                                    Instant.now())
                            .abs())
                    .isLessThan(Duration.ofMinutes(1));
            assertThat(got.json().path("specversion").asString()).isEqualTo("1.0");
            assertThat(got.json().path("id").asString()).isEqualTo(delivery);
            assertThat(got.type()).isEqualTo("dev.evenkeel.webhook.ping");
            assertThat(api.get("/v1/webhooks/" + id).text()
                            + api.get("/v1/webhooks").text())
                    .contains(id)
                    .doesNotContain(made.path("secret").asString());
        }
    }

    @Test
    void whatIsRefusedIsTriedAgainWithTheSameId() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> n == 0 ? 500 : 204)) {
            String id = hooks.id(receiver.url());
            hooks.ping(id);
            assertThat(hooks.await(id, "DELIVERED").path("attempts").asInt()).isEqualTo(2);
            List<Receiver.Got> got = receiver.got();
            assertThat(got.get(0).header("webhook-id")).isEqualTo(got.get(1).header("webhook-id"));
            assertThat(got.get(0).body()).isEqualTo(got.get(1).body());
        }
    }

    @Test
    void aReceiverThatSaysWhenIsLeftAloneUntilThen() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> 503)) {
            receiver.answerWith(Map.of("Retry-After", "3600"));
            String id = hooks.id(receiver.url());
            Instant before = Instant.now();
            hooks.ping(id);
            Eventually.is(
                    "it was tried", () -> hooks.deliveries(id).at("/0/attempts").asInt() == 1);
            JsonNode waiting = hooks.deliveries(id).path(0);
            assertThat(waiting.path("state").asString()).isEqualTo("WAITING");
            assertThat(Instant.parse(waiting.path("nextAt").asString())).isAfter(before.plusSeconds(3590));
        }
    }

    @Test
    void whatIsNeverTakenIsDeadWithTheReasonAndCanBeReplayed() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> 503)) {
            String id = hooks.id(receiver.url());
            String delivery = hooks.ping(id);
            JsonNode dead = hooks.await(id, "DEAD");
            assertThat(dead.path("attempts").asInt()).isEqualTo(4);
            assertThat(dead.path("answer").asString()).isEqualTo("answered 503");
            assertThat(dead.path("nextAt").isNull()).isTrue();
            receiver.answer(200);

            assertThat(replay(id, "{}")).isEqualTo(1);

            assertThat(hooks.await(id, "DELIVERED").path("id").asString()).isEqualTo(delivery);
            assertThat(replay(id, "{}")).as("nothing is dead any more").isZero();
            assertThat(replay(id, "{\"delivery\": \"" + delivery + "\"}")).isEqualTo(1);
            hooks.await(id, "DELIVERED");
            assertThat(replay(id, "{\"since\": \"" + Instant.now().plusSeconds(60) + "\"}"))
                    .isZero();
            assertThat(replay(id, "{\"since\": \"" + Instant.now().minusSeconds(600) + "\"}"))
                    .isEqualTo(1);
            problem(api.post("/v1/webhooks/" + id + "/replay", "{\"delivery\": \"evt_0\"}"), 404, "not-found");
        }
    }

    private static int replay(String id, String order) throws Exception {
        Api.Reply reply = api.post("/v1/webhooks/" + id + "/replay", order);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json().path("replayed").asInt();
    }

    @Test
    void aReceiverThatHangsHoldsUpNoOther() throws Exception {
        try (Receiver hanging = Receiver.answering(n -> -1);
                Receiver good = Receiver.answering(n -> 200)) {
            String slow = hooks.id(hanging.url());
            String quick = hooks.id(good.url());
            hooks.ping(slow);
            Eventually.is("it hangs", () -> !hanging.got().isEmpty());
            hooks.ping(quick);
            hooks.await(quick, "DELIVERED");
            assertThat(hooks.await(slow, "DEAD").path("answer").asString()).isEqualTo("did not answer within 2 s");
        }
    }

    @Test
    void aReceiverThatWantsNoMoreIsLeftAloneUntilSomebodyEnablesItsWebhook() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> 410)) {
            String id = hooks.id(receiver.url());
            hooks.ping(id);
            hooks.await(id, "DEAD");
            Eventually.is(
                    "the webhook is disabled",
                    () -> !api.get("/v1/webhooks/" + id).json().path("enabled").asBoolean());
            assertThat(problem(api.post("/v1/webhooks/" + id + "/ping", "{}"), 409, "conflict")
                            .path("detail")
                            .asString())
                    .contains("410 Gone");
            assertThat(receiver.got()).hasSize(1);
            Eventually.is(
                    "it is in the audit trail",
                    () -> api.get("/v1/audit?limit=500").text().contains("\"webhook disabled\""));
            receiver.answer(200);
            assertThat(api.send("PATCH", "/v1/webhooks/" + id, "{\"enabled\": true}", Map.of())
                            .status())
                    .isEqualTo(200);
            assertThat(replay(id, "{}")).isEqualTo(1);
            hooks.await(id, "DELIVERED");
        }
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        try (Receiver other = Receiver.answering(n -> 200);
                Receiver receiver = Receiver.answering(n -> 307)) {
            receiver.answerWith(Map.of("Location", other.url()));
            String id = hooks.id(receiver.url());
            hooks.ping(id);
            assertThat(hooks.await(id, "DEAD").path("answer").asString())
                    .isEqualTo("answered 307, and redirects are not followed");
            assertThat(other.got()).isEmpty();
        }
    }

    @Test
    void aReceiverThatNobodyVouchesForIsToldNothing() throws Exception {
        String id = hooks.id(server.gatewayUrl());
        hooks.ping(id);
        assertThat(hooks.await(id, "DEAD").path("answer").asString()).contains("could not be trusted");
    }

    @Test
    void aSecretOfOnesOwnIsUsedAndABadOneIsRefusedWithoutBeingRepeated() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> 200)) {
            String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            String id = hooks.make(receiver.url(), ", \"secret\": \"" + secret + "\"")
                    .path("id")
                    .asString();
            hooks.ping(id);
            hooks.await(id, "DELIVERED");
            assertThat(receiver.got().getFirst().isSignedWith(secret)).isTrue();
            Api.Reply refused =
                    api.post("/v1/webhooks", "{\"url\": \"" + receiver.url() + "\", \"secret\": \"whsec_c2hvcnQ=\"}");
            assertThat(problem(refused, 422, "invalid").at("/errors/0/field").asString())
                    .isEqualTo("secret");
            assertThat(refused.text()).doesNotContain("c2hvcnQ").contains("openssl rand");
        }
    }

    @Test
    void aNewOrderOfTheSameKeyMakesNoSecondWebhook() throws Exception {
        String order = "{\"url\": \"http://127.0.0.1:1/once\"}";
        Map<String, String> key = Map.of("Idempotency-Key", "one-webhook");
        String first = api.post("/v1/webhooks", order, key).json().path("id").asString();
        JsonNode second = api.post("/v1/webhooks", order, key).json();
        assertThat(second.path("id").asString()).isEqualTo(first);
        assertThat(api.send("DELETE", "/v1/webhooks/" + first, "", Map.of()).status())
                .isEqualTo(200);
        problem(api.get("/v1/webhooks/" + first), 404, "not-found");
    }

    @Test
    void theMetricsTellOfThem() throws Exception {
        assertThat(api.get("/metrics").text())
                .contains("evenkeel_webhook_deliveries{state=\"WAITING\"}")
                .contains("evenkeel_webhook_deliveries{state=\"DEAD\"}");
    }
}
