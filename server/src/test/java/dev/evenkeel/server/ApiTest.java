package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The manners of the API: what it says to a caller who is wrong, and how it lists what there is. */
class ApiTest {
    @TempDir
    static Path directory = Path.of("");

    private static final FakeFleet FLEET = new FakeFleet()
            .host("h1", "acme", "acme", "acme")
            .host("h2", "acme", "acme", "acme")
            .namesakes("twin");
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
        for (String open : List.of("/healthz", "/readyz")) {
            assertThat(new Api(server.apiUrl(), "").get(open).status()).isEqualTo(200);
        }
        problem(new Api(server.apiUrl(), "").get("/metrics"), 401, "unauthenticated");
        assertThat(server.viewer().get("/metrics").status()).isEqualTo(200);
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
}
