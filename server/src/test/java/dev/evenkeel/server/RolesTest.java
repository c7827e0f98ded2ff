package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.server.http.Principal.Role;
import dev.evenkeel.server.http.Rights;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What each role may call, and the tokens that stand for one. */
class RolesTest {
    @TempDir
    static Path directory = Path.of("");

    private static TestServer server;
    private static Api operator;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        operator = server.api();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void aRouteThatNobodyWroteALineForIsAnOperatorsAlone() {
        for (Role role : Role.values()) {
            assertThat(Rights.may(role, "GET /v1/not-thought-of")).isEqualTo(role == Role.OPERATOR);
        }
        assertThat(Rights.open("GET /v1/not-thought-of")).isFalse();
    }

    @Test
    void whoOnlyReadsChangesNothing() {
        for (String route : Rights.routes()) {
            boolean reads = route.startsWith("GET") || route.startsWith("HEAD") || route.equals("POST /v1/plans");
            for (Role role : Set.of(Role.VIEWER, Role.AUDITOR)) {
                assertThat(reads || !Rights.may(role, route))
                        .as(role + " " + route)
                        .isTrue();
            }
        }
    }

    @Test
    void everyRouteHoldsItsLine() throws Exception {
        Map<Role, Api> callers = Map.of(
                Role.VIEWER, server.caller("viewer"),
                Role.AUDITOR, server.caller("auditor"),
                Role.OBSERVER, server.caller("observer"),
                Role.TENANT, server.tenant("acme"));
        for (String route : OpenApi.operations().keySet()) {
            String verb = route.substring(0, route.indexOf(' '));
            String path = route.substring(route.indexOf(' ') + 1).replaceAll("\\{[^}]+}", "nothing");
            for (Map.Entry<Role, Api> caller : callers.entrySet()) {
                if (!path.equals("/v1/events") && !path.endsWith("/stream")) {
                    Reply reply = caller.getValue().send(verb, path, verb.equals("POST") ? "{}" : "", Map.of());
                    assertThat(reply.status() != 403)
                            .as(caller.getKey() + " " + route + " " + reply.text())
                            .isEqualTo(Rights.may(caller.getKey(), route));
                }
            }
        }
    }

    @Test
    void aTokenIsForWhatItWasMadeFor() throws Exception {
        Api acme = server.tenant("acme", "acme-labs");
        JsonNode who = acme.get("/v1/whoami").json();
        assertThat(who.path("role").asString()).isEqualTo("tenant");
        assertThat(who.path("tenants").valueStream().map(JsonNode::asString)).containsExactly("acme", "acme-labs");
        assertThat(problem(acme.post("/v1/tokens", "{}"), 403, "forbidden")
                        .path("detail")
                        .asString())
                .contains("tenant")
                .contains("POST /v1/tokens");
        assertThat(operator.get("/v1/whoami").json().path("name").asString()).isEqualTo("admin");
    }

    @Test
    void aTokenThatWasEndedIsNobodys() throws Exception {
        JsonNode made = operator.post("/v1/tokens", "{\"name\": \"robot\", \"role\": \"viewer\", \"ttl\": \"PT1H\"}")
                .json();
        Api robot = new Api(server.apiUrl(), made.path("token").asString());
        assertThat(robot.get("/v1/vms").status()).isEqualTo(200);
        assertThat(operator.get("/v1/tokens").text())
                .contains(made.path("id").asString())
                .doesNotContain(made.path("token").asString());
        String path = "/v1/tokens/" + made.path("id").asString();
        assertThat(operator.send("DELETE", path, "", Map.of()).status()).isEqualTo(200);
        problem(robot.get("/v1/vms"), 401, "unauthenticated");
        problem(operator.send("DELETE", path, "", Map.of()), 404, "not-found");
    }

    @Test
    void aTokensOrderThatIsRepeatedMakesNoSecondTokenAndItsSecretIsNotKept() throws Exception {
        String order = "{\"name\": \"once\", \"role\": \"viewer\"}";
        Map<String, String> key = Map.of("Idempotency-Key", "one-token");
        JsonNode first = operator.post("/v1/tokens", order, key).json();
        Reply second = operator.post("/v1/tokens", order, key);
        assertThat(second.headers())
                .containsEntry("Cache-Control", "no-store")
                .doesNotContainKey("Idempotency-Replayed");
        assertThat(second.json().path("id")).isEqualTo(first.path("id"));
        assertThat(second.json().path("token")).isNotEqualTo(first.path("token"));
        problem(new Api(server.apiUrl(), first.path("token").asString()).get("/v1/vms"), 401, "unauthenticated");
    }

    @Test
    void whatIsWrongWithATokensOrderIsSaid() throws Exception {
        JsonNode all =
                problem(operator.post("/v1/tokens", "{\"role\": \"king\", \"ttl\": \"P9999D\"}"), 422, "invalid");
        assertThat(all.path("errors").valueStream().map(e -> e.path("field").asString()))
                .containsExactly("name", "role", "ttl");
        JsonNode nobodys =
                problem(operator.post("/v1/tokens", "{\"name\": \"x\", \"role\": \"tenant\"}"), 422, "invalid");
        assertThat(nobodys.at("/errors/0/field").asString()).isEqualTo("tenants");
        JsonNode tooMuch = problem(
                operator.post("/v1/tokens", "{\"name\": \"x\", \"role\": \"viewer\", \"tenants\": [\"acme\"]}"),
                422,
                "invalid");
        assertThat(tooMuch.at("/errors/0/field").asString()).isEqualTo("tenants");
    }

    @Test
    void everyOrderIsInTheAuditTrailAndAnAuditorReadsIt() throws Exception {
        operator.post("/v1/tokens", "{\"name\": \"audited\", \"role\": \"viewer\"}");
        JsonNode items =
                server.caller("auditor").get("/v1/audit?limit=500").json().path("items");
        assertThat(items.valueStream())
                .anySatisfy(entry -> assertThat(entry.path("action").asString()).isEqualTo("POST /v1/tokens"));
        assertThat(items.at("/0/sequence").asLong()).isEqualTo(1);
        problem(server.viewer().get("/v1/audit"), 403, "forbidden");
    }
}
