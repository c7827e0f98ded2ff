package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Hosts of one tenant: who sees them, who may come there, and whose windows count. */
class DedicatedHostsTest {
    private static final FakeFleet FLEET = new FakeFleet()
            .host("h31", "acme")
            .host("h32")
            .host("h33", "globex", "acme")
            .host("h34", "acme");

    @TempDir
    static Path directory;

    private static TestServer server;
    private static Api operator;
    private static Api acme;
    private static Api globex;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        operator = server.api();
        acme = server.tenant("acme");
        globex = server.tenant("globex");
        FLEET.joins(server, directory);
    }

    @AfterAll
    static void stop() throws Exception {
        FLEET.close();
        server.close();
    }

    private static Api.Reply dedicate(String host, String tenant) throws Exception {
        return change(operator, host, "{\"dedicatedTo\": \"" + tenant + "\"}");
    }

    private static Api.Reply change(Api who, String host, String body) throws Exception {
        return who.send("PATCH", "/v1/hosts/" + host, body, Map.of());
    }

    @Test
    void itsTenantSeesItWithItsVmsAndNobodyElseDoes() throws Exception {
        operator.post("/v1/hosts/h31/cordon", "{\"reason\": \"a noisy fan\"}");
        assertThat(dedicate("h31", "acme").json().path("dedicatedTo").asString())
                .isEqualTo("acme");

        JsonNode host = acme.get("/v1/hosts/h31").json();
        assertThat(host.path("vms").asInt()).isEqualTo(1);
        assertThat(host.path("cordonReason").isNull())
                .as("what operators say to each other")
                .isTrue();
        assertThat(acme.get("/v1/vms?host=h31").json().path("items").size()).isEqualTo(1);
        assertThat(acme.get("/v1/hosts").json().at("/items/0/id").asString()).isEqualTo("h31");
        problem(acme.get("/v1/hosts/h33"), 404, "not-found");
        problem(globex.get("/v1/hosts/h31"), 404, "not-found");
        assertThat(globex.get("/v1/hosts").json().path("items").size()).isZero();
        problem(change(acme, "h31", "{\"dedicatedTo\": \"\"}"), 403, "forbidden");

        server.stop();
        server.start();
        assertThat(acme.get("/v1/hosts/h31").json().path("dedicatedTo").asString())
                .as("it outlives the server")
                .isEqualTo("acme");
        operator.post("/v1/hosts/h31/uncordon", "{}");
        assertThat(dedicate("h31", "").json().path("dedicatedTo").isNull()).isTrue();
        problem(acme.get("/v1/hosts/h31"), 404, "not-found");
    }

    @Test
    void itIsGivenToNobodyWhileOthersVmsAreThere() throws Exception {
        JsonNode refused = problem(dedicate("h33", "acme"), 409, "conflict");
        assertThat(refused.path("detail").asString()).contains("vm-330 of globex", "evenkeel vm migrate");
        assertThat(operator.get("/v1/hosts/h33").json().path("dedicatedTo").isNull())
                .isTrue();
        problem(change(operator, "h33", "{}"), 422, "invalid");
        problem(dedicate("h33", "no such name"), 422, "invalid");
        problem(dedicate("h99", "acme"), 404, "not-found");
    }

    @Test
    void itsTenantsWindowsAreAssignedToItByItsTenant() throws Exception {
        dedicate("h34", "acme");
        String acmes = window(acme, "acmes-nights");
        String globexs = window(globex, "globexs-nights");
        String order = "{\"host\": \"h34\"}";

        assertThat(acme.post("/v1/windows/" + acmes + "/assignments", order).status())
                .isEqualTo(201);
        problem(globex.post("/v1/windows/" + globexs + "/assignments", order), 422, "invalid");
        problem(operator.post("/v1/windows/" + globexs + "/assignments", order), 422, "invalid");
        problem(acme.post("/v1/windows/" + acmes + "/assignments", "{\"host\": \"h33\"}"), 422, "invalid");

        assertThat(acme.get("/v1/windows/" + acmes)
                        .json()
                        .at("/assignments/0/host")
                        .asString())
                .isEqualTo("h34");
        assertThat(acme.get("/v1/hosts/h34/windows").json().toString()).contains("acmes-nights");
        dedicate("h34", "");
        assertThat(acme.get("/v1/windows/" + acmes)
                        .json()
                        .at("/assignments/0/host")
                        .isNull())
                .as("it is no host of its own any more")
                .isTrue();
    }

    private static String window(Api who, String name) throws Exception {
        return who.post(
                        "/v1/windows",
                        "{\"name\": \"" + name + "\", \"startDateTime\": \"2026-03-01 22:00\", \"timeZone\": \"UTC\","
                                + " \"recurEvery\": \"Day\"}")
                .json()
                .path("id")
                .asString();
    }
}
