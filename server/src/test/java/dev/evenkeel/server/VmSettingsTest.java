package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What owners and operators say of VMs through the API. */
class VmSettingsTest {
    @TempDir
    static Path directory = Path.of("");

    private static final FakeFleet FLEET =
            new FakeFleet().host("h1", "acme", "acme", "acme", "acme").host("h2", "globex");
    private static TestServer server;
    private static Api operator;
    private static Api acme;

    @BeforeAll
    static void twoHosts() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        operator = server.api();
        FLEET.joins(server, directory);
        acme = server.tenant("acme");
    }

    @AfterAll
    static void stop() throws Exception {
        FLEET.close();
        server.close();
    }

    private static Reply change(Api who, String vm, String body) throws Exception {
        return who.send("PATCH", "/v1/vms/" + vm, body, Map.of());
    }

    @Test
    void whatAnOwnerSaysGoesBeforeTheMetadataAndBothAreShown() throws Exception {
        JsonNode vm = change(
                        acme,
                        "vm-10",
                        "{\"maxPause\": \"PT2S\", \"notice\": \"PT15M\", \"restart\": \"consent\", \"reason\": \"busy\"}")
                .json();
        assertThat(vm.at("/intent/maxPauseMs").asLong()).isEqualTo(2_000);
        assertThat(vm.at("/intent/noticeMs").asLong()).isEqualTo(900_000);
        assertThat(vm.at("/intent/restart").asString()).isEqualTo("consent");
        assertThat(vm.path("settings").valueStream().map(JsonNode::toString))
                .containsExactlyInAnyOrder(
                        "{\"name\":\"maxPause\",\"set\":\"PT2S\",\"metadata\":\"PT5S\"}",
                        "{\"name\":\"notice\",\"set\":\"PT15M\",\"metadata\":\"PT0S\"}",
                        "{\"name\":\"restart\",\"set\":\"consent\",\"metadata\":\"never\"}");
        JsonNode again = change(acme, "vm-10", "{\"migration\": \"never\", \"reset\": [\"notice\", \"restart\"]}")
                .json();
        assertThat(again.at("/intent/noticeMs").asLong()).isZero();
        assertThat(again.at("/intent/restart").asString()).isEqualTo("never");
        assertThat(again.at("/intent/maxPauseMs").asLong()).isEqualTo(2_000);
        assertThat(again.path("settings").size()).isEqualTo(2);
    }

    @Test
    void thePlanCountsWithIt() throws Exception {
        FakeUpdate.publish(operator);
        change(acme, "vm-11", "{\"migration\": \"never\"}");
        String plan = operator.post("/v1/plans", "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h1\"]}")
                .text();
        assertThat(plan).contains("MIGRATION_NEVER");
        change(acme, "vm-11", "{\"reset\": [\"migration\"]}");
        change(acme, "vm-10", "{\"reset\": [\"migration\"]}");
        assertThat(operator.post("/v1/plans", "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h1\"]}")
                        .text())
                .doesNotContain("MIGRATION_NEVER");
    }

    @Test
    void whoseAVmIsOnlyOperatorsSay() throws Exception {
        problem(change(acme, "vm-12", "{\"tenant\": \"globex\"}"), 403, "forbidden");
        problem(change(acme, "vm-12", "{\"reset\": [\"tenant\"]}"), 403, "forbidden");
        problem(change(acme, "vm-20", "{\"notice\": \"PT1M\"}"), 404, "not-found");
        problem(change(server.viewer(), "vm-12", "{\"notice\": \"PT1M\"}"), 403, "forbidden");
        assertThat(change(operator, "vm-12", "{\"tenant\": \"globex\"}")
                        .json()
                        .path("tenant")
                        .asString())
                .isEqualTo("globex");
        problem(acme.get("/v1/vms/vm-12"), 404, "not-found");
        assertThat(server.tenant("globex").get("/v1/vms/vm-12").status()).isEqualTo(200);
    }

    @Test
    void whatIsWrongIsNamedWithTheRemedy() throws Exception {
        JsonNode wrong = problem(
                change(
                        acme,
                        "vm-10",
                        "{\"maxPause\": \"0\", \"notice\": \"P29D\", \"migration\": \"nevr\", \"postCopy\": \"yes\","
                                + " \"availabilitySet\": \"web tier\", \"tags\": {\"a b\": \"c\"}, \"reset\": [\"colour\"]}"),
                422,
                "invalid");
        assertThat(wrong.path("errors").valueStream().map(e -> e.path("field").asString()))
                .containsExactlyInAnyOrder(
                        "maxPause", "notice", "migration", "postCopy", "availabilitySet", "tags", "reset");
        assertThat(wrong.toString()).contains("P28D").contains("[allowed, avoid, never]");
        problem(change(acme, "vm-10", "{}"), 422, "invalid");
        JsonNode one = problem(change(acme, "vm-10", "{\"tags\": {\"a b\": \"c\"}}"), 422, "invalid");
        assertThat(one.path("errors").valueStream().map(e -> e.path("field").asString()))
                .containsExactly("tags");
    }

    @Test
    void itOutlivesTheServer() throws Exception {
        change(
                acme,
                "vm-13",
                "{\"availabilitySet\": \"db\", \"onHostFailure\": \"restart\", \"tags\": {\"env\": \"prod\"}}");
        server.stop();
        server.start();
        JsonNode vm = operator.get("/v1/vms/vm-13").json();
        assertThat(vm.path("availabilitySet").asString()).isEqualTo("db");
        assertThat(vm.at("/tags/env").asString()).isEqualTo("prod");
        assertThat(vm.at("/intent/onHostFailure").asString()).isEqualTo("restart");
        assertThat(change(operator, "vm-13", "{\"availabilitySet\": \"\"}")
                        .json()
                        .path("availabilitySet")
                        .isNull())
                .isTrue();
    }
}
