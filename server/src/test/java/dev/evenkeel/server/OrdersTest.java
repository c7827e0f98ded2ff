package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.store.PgStore;
import dev.evenkeel.store.PoolSettings;
import dev.evenkeel.store.postgres.Database;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Orders to the API: done once however often they are sent, refused where they are not meant, written down. */
class OrdersTest {
    @TempDir
    static Path directory = Path.of("");

    private static final FakeFleet FLEET =
            new FakeFleet().host("h1", "acme", "acme", "acme").host("h2", "acme", "acme", "acme");
    private static TestServer server;
    private static Api api;

    @BeforeAll
    static void twoHosts() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        FLEET.joins(server, directory);
    }

    @AfterAll
    static void stop() throws Exception {
        FLEET.close();
        server.close();
    }

    private static Map<String, String> key(String key) {
        return Map.of("Idempotency-Key", key);
    }

    @Test
    void anOrderIsDoneOnceForAKeyAndAnsweredTheSameEveryTime() throws Exception {
        String key = UUID.randomUUID().toString();
        Reply first = api.post("/v1/join-tokens", "{\"host\": \"x1\"}", key(key));
        Reply again = api.post("/v1/join-tokens", "{\"host\": \"x1\"}", key(key));
        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(first.headers()).doesNotContainKey("Idempotency-Replayed");
        assertThat(again.headers()).containsEntry("Idempotency-Replayed", "true");
        assertThat(api.post("/v1/join-tokens", "{\"host\": \"x1\"}").text())
                .as("without a key it is a new order")
                .isNotEqualTo(first.text());
    }

    @Test
    void aKeyThatWasUsedForAnotherOrderIsRefused() throws Exception {
        String key = UUID.randomUUID().toString();
        api.post("/v1/join-tokens", "{\"host\": \"y1\"}", key(key));
        JsonNode problem = problem(api.post("/v1/join-tokens", "{\"host\": \"y2\"}", key(key)), 422, "invalid");
        assertThat(problem.at("/errors/0/field").asString()).isEqualTo("Idempotency-Key");
        problem(api.post("/v1/hosts/h1/cordon", "{\"host\": \"y1\"}", key(key)), 422, "invalid");
        problem(api.post("/v1/join-tokens", "{}", key("with space")), 422, "invalid");
    }

    @Test
    void aRefusalIsAnAnswerTooAndIsReplayed() throws Exception {
        String key = UUID.randomUUID().toString();
        Reply first = api.post("/v1/rollouts", "{\"update\": \"none\"}", key(key));
        problem(first, 404, "not-found");
        Reply again = api.post("/v1/rollouts", "{\"update\": \"none\"}", key(key));
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.headers()).containsEntry("Idempotency-Replayed", "true");
    }

    @Test
    void theSameRunIsMeantHoweverOftenAnOrderIsRepeatedAtOnce() throws Exception {
        String key = UUID.randomUUID().toString();
        List<String> runs = Stream.generate(() -> "{\"reason\": \"again and again\"}")
                .limit(4)
                .parallel()
                .map(body -> {
                    try {
                        return api.post("/v1/hosts/h2/evacuate", body, key(key));
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .filter(reply -> reply.status() == 202)
                .map(reply -> reply.json().path("id").asString())
                .distinct()
                .toList();
        assertThat(runs).hasSize(1);
        assertThat(api.get("/v1/runs?host=h2").json().path("items").size()).isEqualTo(1);
        api.post("/v1/runs/" + runs.getFirst() + "/cancel", "{}");
        FLEET.awaitRunEnd(runs.getFirst());
        api.post("/v1/hosts/h2/uncordon", "{}");
    }

    @Test
    void anEmptyListOfHostsIsNotAllHosts() throws Exception {
        FakeUpdate.publish(api);
        problem(api.post("/v1/rollouts", "{\"update\": \"qemu-11.1.3\", \"hosts\": []}"), 422, "invalid");
        JsonNode unknown = problem(
                api.post("/v1/rollouts", "{\"update\": \"qemu-11.1.3\", \"hosts\": [\"h1\", \"h9\"]}"), 422, "invalid");
        assertThat(unknown.at("/errors/0/field").asString()).isEqualTo("hosts[1]");
        problem(
                api.post("/v1/rollouts", "{\"update\": \"qemu-11.1.3\", \"policy\": {\"parallelMoves\": 99}}"),
                422,
                "invalid");
    }

    @Test
    void aRunThatWaitsForNobodyIsNotResolved() throws Exception {
        String run = api.post("/v1/vms/vm-11/migrate", "{}").json().path("id").asString();
        problem(api.post("/v1/runs/" + run + "/resolve", "{\"as\": \"PARTIAL\", \"reason\": \"x\"}"), 422, "invalid");
        problem(api.post("/v1/runs/" + run + "/resolve", "{\"as\": \"DONE\", \"reason\": \"x\"}"), 409, "conflict");
        FLEET.awaitRunEnd(run);
        problem(api.post("/v1/runs/" + run + "/cancel", "{}"), 409, "conflict");
    }

    @Test
    void everyOrderIsInTheAuditTrailWithWhoAndWhy() throws Exception {
        api.post("/v1/hosts/h1/cordon", "{\"reason\": \"for the auditor\"}");
        api.post("/v1/hosts/h1/uncordon", "{}");
        try (Database database = Database.open(server.settings().databaseUrl(), directory.resolve("unused"), Map.of());
                PgStore store = PgStore.open(database, PoolSettings.DEFAULT)) {
            assertThat(store.audit().after(0, 1000)).anySatisfy(entry -> {
                assertThat(entry.actor()).isEqualTo("admin");
                assertThat(entry.action()).isEqualTo("POST /v1/hosts/{id}/cordon");
                assertThat(entry.subject()).isEqualTo("/v1/hosts/h1/cordon");
                assertThat(entry.why()).isEqualTo("for the auditor");
            });
            assertThat(store.audit().verify()).isEmpty();
        }
    }
}
