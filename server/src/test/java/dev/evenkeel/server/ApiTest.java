package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.store.PgStore;
import dev.evenkeel.store.PoolSettings;
import dev.evenkeel.store.postgres.Database;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The manners of the API: what it says to a caller who is wrong, who repeats, who pages. */
class ApiTest {
    @TempDir
    static Path directory = Path.of("");

    private static final List<FakeHost> HOSTS = new ArrayList<>();
    private static TestServer server;
    private static Api api;

    @BeforeAll
    static void twoHosts() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        FakePlatform platform = new FakePlatform();
        for (int h = 1; h <= 2; h++) {
            HostId host = platform.addHost("h" + h);
            for (int v = 0; v < 3; v++) {
                platform.addVm("vm-" + h + v, host, "acme", Intent.DEFAULT);
            }
            platform.addVm("twin", "twin-" + h, host);
            HOSTS.add(FakeHost.start(server, host, directory, platform));
        }
        Eventually.is(
                "all VMs are seen",
                () -> api.get("/v1/vms").json().path("items").size() == 8);
    }

    @AfterAll
    static void stop() throws Exception {
        for (FakeHost host : HOSTS) {
            host.close();
        }
        server.close();
    }

    private static JsonNode problem(Reply reply, int status, String kind) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.headers().get("Content-Type")).isEqualTo("application/problem+json");
        assertThat(reply.json().path("type").asString()).isEqualTo("/problems/" + kind);
        return reply.json();
    }

    private static Map<String, String> key(String key) {
        return Map.of("Idempotency-Key", key);
    }

    @Test
    void nobodyWithoutATokenAndNoOrdersFromAViewer() throws Exception {
        Reply nobody = new Api(server.apiUrl(), "").get("/v1/hosts");
        problem(nobody, 401, "unauthenticated");
        assertThat(nobody.headers().get("WWW-Authenticate")).isEqualTo("Bearer");
        problem(new Api(server.apiUrl(), "guess").get("/v1/hosts"), 401, "unauthenticated");
        assertThat(server.viewer().get("/v1/hosts").status()).isEqualTo(200);
        problem(server.viewer().post("/v1/plans", "{\"update\": \"none\"}"), 404, "not-found");
        problem(server.viewer().post("/v1/hosts/h1/cordon", "{}"), 403, "forbidden");
        problem(server.viewer().post("/v1/observations", "{}"), 403, "forbidden");
        problem(server.observer().post("/v1/observations", "{}"), 422, "invalid");
        problem(server.observer().post("/v1/hosts/h1/cordon", "{}"), 403, "forbidden");
        assertThat(server.observer().get("/v1/ledger").status()).isEqualTo(200);
        for (String open : List.of("/healthz", "/readyz", "/metrics")) {
            assertThat(new Api(server.apiUrl(), "").get(open).status()).isEqualTo(200);
        }
    }

    @Test
    void whatIsNotThereIsNamedWithTheWayToListWhatIs() throws Exception {
        JsonNode missing = problem(api.get("/v1/hosts/h9"), 404, "not-found");
        assertThat(missing.path("detail").asString()).contains("\"h9\"").contains("/v1/hosts");
        for (String path : List.of("/v1/vms/nope", "/v1/updates/nope", "/v1/rollouts/nope", "/v1/runs/nope")) {
            assertThat(problem(api.get(path), 404, "not-found").path("detail").asString())
                    .contains("\"nope\"");
        }
        problem(api.get("/v1/nothing"), 404, "not-found");
        Reply wrong = api.send("PUT", "/v1/hosts", "{}", Map.of());
        problem(wrong, 405, "no-such-method");
        assertThat(wrong.headers().get("Allow")).isEqualTo("GET");
    }

    @Test
    void unknownFieldsAndParametersAreRefusedByName() throws Exception {
        JsonNode body = problem(api.post("/v1/hosts/h1/cordon", "{\"raeson\": \"typo\"}"), 422, "invalid");
        assertThat(body.at("/errors/0/field").asString()).isEqualTo("raeson");
        assertThat(body.at("/errors/0/remedy").asString()).contains("reason");
        JsonNode nested = problem(
                api.post("/v1/rollouts", "{\"update\": \"u\", \"policy\": {\"maxFailures\": 3}}"), 422, "invalid");
        assertThat(nested.at("/errors/0/field").asString()).isEqualTo("policy.maxFailures");
        JsonNode query = problem(api.get("/v1/vms?hostt=h1"), 422, "invalid");
        assertThat(query.at("/errors/0/field").asString()).isEqualTo("hostt");
        assertThat(query.at("/errors/0/remedy").asString()).contains("host").contains("tenant");
    }

    @Test
    void aBodyThatCannotBeReadSaysWhy() throws Exception {
        problem(api.post("/v1/hosts/h1/cordon", "{\"reason\": "), 400, "bad-request");
        problem(
                api.post("/v1/hosts/h1/cordon", "reason: x", Map.of("Content-Type", "text/plain")),
                415,
                "wrong-media-type");
        JsonNode kind = problem(api.post("/v1/hosts/h1/cordon", "{\"reason\": 7}"), 422, "invalid");
        assertThat(kind.at("/errors/0/field").asString()).isEqualTo("reason");
        String large = "{\"reason\": \"" + "x".repeat(1 << 20) + "\"}";
        problem(api.post("/v1/hosts/h1/cordon", large), 413, "too-large");
    }

    @Test
    void allThatIsWrongIsNamedAtOnce() throws Exception {
        JsonNode problem = problem(
                api.post("/v1/observations", "{\"vm\": \"vm-10\", \"gapMs\": -1, \"stopMs\": -2}"), 422, "invalid");
        assertThat(problem.path("errors").valueStream().map(e -> e.path("field").asString()))
                .contains("from", "to", "gapMs", "stopMs");
    }

    @Test
    void aNameThatTwoVmsHaveIsNotGuessed() throws Exception {
        JsonNode both = problem(api.get("/v1/vms/twin"), 409, "conflict");
        assertThat(both.path("detail").asString()).contains("2 VMs");
        assertThat(api.get("/v1/vms/vm-10").json().path("host").asString()).isEqualTo("h1");
    }

    @Test
    void listsComeInPagesThatFitTogether() throws Exception {
        List<String> all = ids(api.get("/v1/vms").json());
        List<String> paged = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = api.get("/v1/vms?limit=2" + cursor).json();
            assertThat(page.path("items").size()).isLessThanOrEqualTo(2);
            paged.addAll(ids(page));
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());
        assertThat(paged).isEqualTo(all);
        problem(api.get("/v1/vms?limit=0"), 422, "invalid");
        problem(api.get("/v1/vms?cursor=nonsense"), 422, "invalid");
    }

    @Test
    void vmsAreListedByNameAndThoseOfOneNameById() throws Exception {
        JsonNode items = api.get("/v1/vms").json().path("items");
        assertThat(items.valueStream().map(vm -> vm.path("name").asString()))
                .containsExactly("twin", "twin", "vm-10", "vm-11", "vm-12", "vm-20", "vm-21", "vm-22");
        assertThat(items.at("/0/id").asString()).isLessThan(items.at("/1/id").asString());
    }

    private static List<String> ids(JsonNode page) {
        return page.path("items")
                .valueStream()
                .map(i -> i.path("id").asString())
                .toList();
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
        Eventually.is(
                "the evacuation ends",
                () -> api.get("/v1/runs/" + runs.getFirst())
                        .json()
                        .path("ended")
                        .asBoolean());
        api.post("/v1/hosts/h2/uncordon", "{}");
    }

    @Test
    void payloadsAreStoredUnderTheirDigestAndNoOther() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new java.util.Random(1).nextBytes(bytes);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        String address = "/v1/payloads/" + sha256;
        assertThat(api.send("HEAD", address, "", Map.of()).status()).isEqualTo(404);
        bytes[7]++;
        assertThat(problem(api.put(address, bytes), 422, "invalid")
                        .path("detail")
                        .asString())
                .contains("another SHA-256");
        bytes[7]--;
        assertThat(api.send("HEAD", address, "", Map.of()).status()).isEqualTo(404);
        assertThat(api.put(address, bytes).status()).isEqualTo(201);
        assertThat(api.put(address, bytes).status()).isEqualTo(200);
        Reply head = api.send("HEAD", address, "", Map.of());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.headers()).containsEntry("Content-Length", "3000000");
        problem(api.put("/v1/payloads/ABC", bytes), 422, "invalid");
        try (Stream<Path> left = Files.list(server.settings().directory().resolve("payloads"))) {
            assertThat(left.filter(file -> file.toString().endsWith(".partial")))
                    .isEmpty();
        }
    }

    @Test
    void anUpdateIsRefusedWithEveryFaultOfItsManifestAndEachMissingPayload() throws Exception {
        String manifest = """
                {"id": "u-1", "version": "", "component": "VMM", "severity": "LOW", "title": "t",
                 "methods": {"MIGRATE": {"packages": [
                   {"file": "a/b.deb", "sha256": "xyz", "size": 1, "name": "b", "version": "1"}]}},
                 "verify": {"qemu": "11.1"}}
                """;
        JsonNode faults = problem(api.post("/v1/updates", manifest), 422, "invalid");
        assertThat(faults.path("errors").valueStream().map(e -> e.path("field").asString()))
                .contains("version", "methods.MIGRATE.packages[0].sha256", "methods.MIGRATE.packages[0].file");
        String missing = manifest.replace("\"version\": \"\"", "\"version\": \"11.1\"")
                .replace("a/b.deb", "b.deb")
                .replace("xyz", "0".repeat(64));
        assertThat(problem(api.post("/v1/updates", missing), 422, "invalid")
                        .at("/errors/0/remedy")
                        .asString())
                .contains("PUT /v1/payloads/" + "0".repeat(64));
        problem(api.post("/v1/updates", "@nope", Map.of("Content-Type", "application/yaml")), 400, "bad-request");
    }

    @Test
    void aManifestNeverChangesOnceItIsPublished() throws Exception {
        byte[] deb = "deb".getBytes(StandardCharsets.UTF_8);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(deb));
        api.put("/v1/payloads/" + sha256, deb);
        String manifest = """
                {"id": "u-2", "version": "1", "component": "VMM", "severity": "LOW", "title": "t",
                 "methods": {"MIGRATE": {"packages": [
                   {"file": "b.deb", "sha256": "%s", "size": 3, "name": "b", "version": "1"}]}},
                 "verify": {"qemu": "11.1"}}
                """.formatted(sha256);
        assertThat(api.post("/v1/updates", manifest).status()).isEqualTo(201);
        assertThat(api.post("/v1/updates", manifest).status()).isEqualTo(200);
        problem(api.post("/v1/updates", manifest.replace("\"t\"", "\"other\"")), 409, "conflict");
        assertThat(api.get("/v1/updates/u-2").json().at("/manifest/title").asString())
                .isEqualTo("t");
        assertThat(ids(api.get("/v1/updates").json())).contains("u-2");
    }

    @Test
    void anEmptyListOfHostsIsNotAllHosts() throws Exception {
        publish("u-3");
        problem(api.post("/v1/rollouts", "{\"update\": \"u-3\", \"hosts\": []}"), 422, "invalid");
        JsonNode unknown =
                problem(api.post("/v1/rollouts", "{\"update\": \"u-3\", \"hosts\": [\"h1\", \"h9\"]}"), 422, "invalid");
        assertThat(unknown.at("/errors/0/field").asString()).isEqualTo("hosts[1]");
        problem(api.post("/v1/rollouts", "{\"update\": \"u-3\", \"policy\": {\"parallelMoves\": 99}}"), 422, "invalid");
    }

    private static void publish(String id) throws Exception {
        byte[] deb = id.getBytes(StandardCharsets.UTF_8);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(deb));
        api.put("/v1/payloads/" + sha256, deb);
        api.post("/v1/updates", """
                {"id": "%s", "version": "1", "component": "VMM", "severity": "LOW", "title": "t",
                 "methods": {"MIGRATE": {"packages": [
                   {"file": "b.deb", "sha256": "%s", "size": %d, "name": "b", "version": "1"}]}},
                 "verify": {"qemu": "11.1"}}
                """.formatted(id, sha256, deb.length));
    }

    @Test
    void aRunThatWaitsForNobodyIsNotResolved() throws Exception {
        String run = api.post("/v1/vms/vm-11/migrate", "{}").json().path("id").asString();
        problem(api.post("/v1/runs/" + run + "/resolve", "{\"as\": \"PARTIAL\", \"reason\": \"x\"}"), 422, "invalid");
        problem(api.post("/v1/runs/" + run + "/resolve", "{\"as\": \"DONE\", \"reason\": \"x\"}"), 409, "conflict");
        Eventually.is(
                "it ends", () -> api.get("/v1/runs/" + run).json().path("ended").asBoolean());
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
