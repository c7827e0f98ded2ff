package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Maintenance configurations over the API: made, assigned, previewed, and each owner's own. */
class WindowsApiTest {
    @TempDir
    static Path directory = Path.of("");

    private static final FakeFleet FLEET =
            new FakeFleet().host("h81", "acme", "globex").host("h82", "acme");

    private static TestServer server;
    private static Api operator;
    private static Api acme;

    @BeforeAll
    static void aFleetOfTwoTenants() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        FLEET.joins(server, directory);
        operator = server.api();
        acme = server.tenant("acme");
    }

    @AfterAll
    static void stop() throws Exception {
        FLEET.close();
        server.close();
    }

    private static String order(String name, String more) {
        return "{\"name\": \"" + name + "\", \"startDateTime\": \"2026-03-01 22:00\", \"duration\": \"03:00\","
                + " \"timeZone\": \"Pacific Standard Time\", \"recurEvery\": \"2weeks sat,sun\"" + more + "}";
    }

    private static JsonNode make(Api api, String name, String more) throws Exception {
        Reply made = api.post("/v1/windows", order(name, more));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json();
    }

    private static JsonNode assign(Api api, JsonNode window, String target) throws Exception {
        Reply assigned = api.post("/v1/windows/" + id(window) + "/assignments", target);
        assertThat(assigned.status()).as(assigned.text()).isEqualTo(201);
        return assigned.json();
    }

    private static String id(JsonNode thing) {
        return thing.path("id").asString();
    }

    private static List<String> fields(JsonNode problem) {
        return problem.path("errors")
                .valueStream()
                .map(error -> error.path("field").asString())
                .toList();
    }

    private static List<String> counting(Api api, String vm) throws Exception {
        return api.get("/v1/vms/" + vm + "/windows")
                .json()
                .path("windows")
                .valueStream()
                .map(window -> window.path("name").asString())
                .toList();
    }

    @Test
    void whatIsMadeIsShownInAzuresSpelling() throws Exception {
        JsonNode made = make(operator, "kept", "");
        assertThat(made.path("recurEvery").asString()).isEqualTo("2Weeks Saturday,Sunday");
        assertThat(made.path("expirationDateTime").asString()).isEqualTo("9999-12-31 23:59:59");
        assertThat(made.path("maintenanceScope").asString()).isEqualTo("Host");
        assertThat(made.path("tenant").isNull()).isTrue();

        assertThat(id(operator.get("/v1/windows/kept").json())).isEqualTo(id(made));
        assertThat(operator.get("/v1/windows").text()).contains(id(made));
    }

    @Test
    void everythingThatIsWrongIsNamedAndNothingIsKept() throws Exception {
        JsonNode wrong = problem(
                operator.post(
                        "/v1/windows",
                        "{\"name\": \"a b\", \"startDateTime\": \"soon\", \"duration\": \"01:00\", \"timeZone\": \"Mars\","
                                + " \"recurEvery\": \"Year\"}"),
                422,
                "invalid");
        assertThat(fields(wrong)).containsExactly("name", "startDateTime", "duration", "timeZone", "recurEvery");
        JsonNode past = problem(
                operator.post("/v1/windows", order("past", ", \"expirationDateTime\": \"2026-04-01 00:00\"")),
                422,
                "invalid");
        assertThat(fields(past)).containsExactly("expirationDateTime");
        problem(operator.get("/v1/windows/past"), 404, "not-found");
    }

    @Test
    void aNameIsTakenOncePerOwner() throws Exception {
        make(operator, "twice", "");
        make(operator, "twice", ", \"tenant\": \"acme\"");
        make(acme, "once-more", "");

        problem(operator.post("/v1/windows", order("twice", "")), 409, "conflict");
        problem(acme.post("/v1/windows", order("twice", "")), 409, "conflict");
        assertThat(problem(operator.get("/v1/windows/twice"), 409, "conflict")
                        .path("detail")
                        .asString())
                .contains("ids");
        assertThat(acme.get("/v1/windows/twice").json().path("tenant").asString())
                .isEqualTo("acme");
    }

    @Test
    void aTenantMakesAndSeesOnlyItsOwn() throws Exception {
        JsonNode regions = make(operator, "regions", "");
        JsonNode own = make(acme, "own", "");

        assertThat(own.path("tenant").asString()).isEqualTo("acme");
        assertThat(fields(problem(acme.post("/v1/windows", order("x", ", \"tenant\": \"globex\"")), 422, "invalid")))
                .containsExactly("tenant");
        problem(acme.get("/v1/windows/" + id(regions)), 404, "not-found");
        problem(acme.send("DELETE", "/v1/windows/" + id(regions), "", Map.of()), 404, "not-found");
        String assignments = "/v1/windows/" + id(own) + "/assignments";
        assertThat(fields(problem(acme.post(assignments, "{\"vm\": \"vm-811\"}"), 422, "invalid")))
                .containsExactly("vm");
        assertThat(fields(problem(acme.post(assignments, "{\"host\": \"h82\"}"), 422, "invalid")))
                .containsExactly("host");
        assertThat(fields(problem(acme.post(assignments, "{\"filter\": {\"tenant\": \"globex\"}}"), 422, "invalid")))
                .containsExactly("filter.tenant");
        assertThat(fields(problem(acme.post(assignments, "{\"filter\": {}}"), 422, "invalid")))
                .containsExactly("filter");
        problem(acme.post(assignments, "{}"), 422, "invalid");
        problem(acme.post(assignments, "{\"vm\": \"vm-810\", \"host\": \"h81\"}"), 422, "invalid");
    }

    @Test
    void whatIsOfOthersCannotBeToldFromWhatDoesNotExist() throws Exception {
        String assignments = "/v1/windows/" + id(make(acme, "prying", "")) + "/assignments";
        for (List<String> pair : List.of(
                List.of("{\"vm\": \"vm-811\"}", "{\"vm\": \"vm-899\"}"),
                List.of("{\"host\": \"h81\"}", "{\"host\": \"h89\"}"))) {
            String others = acme.post(assignments, pair.getFirst()).text();
            String nothing = acme.post(assignments, pair.getLast()).text();
            assertThat(others.replaceAll("vm-811|h81", "it")).isEqualTo(nothing.replaceAll("vm-899|h89", "it"));
        }
    }

    @Test
    void theMostParticularCounts() throws Exception {
        JsonNode region = make(operator, "region-nights", "");
        JsonNode owner = make(acme, "owner-nights", "");
        JsonNode itself = make(acme, "itself-nights", "");
        assign(operator, region, "{\"filter\": {\"name\": \"vm-8*\"}}");
        assertThat(counting(operator, "vm-810")).containsExactly("region-nights");
        assertThat(counting(operator, "vm-811")).containsExactly("region-nights");

        assign(acme, owner, "{\"filter\": {\"name\": \"*\"}}");
        assertThat(counting(operator, "vm-810")).containsExactly("owner-nights");
        assertThat(counting(operator, "vm-811")).containsExactly("region-nights");

        JsonNode assigned = assign(acme, itself, "{\"vm\": \"vm-810\", \"reason\": \"a fragile one\"}");
        assertThat(counting(acme, "vm-810")).containsExactly("itself-nights");

        problem(acme.send("DELETE", "/v1/windows/itself-nights", "", Map.of()), 409, "conflict");
        String assignment = assigned.at("/assignments/0/id").asString();
        String path = "/v1/windows/itself-nights/assignments/" + assignment;
        assertThat(acme.send("DELETE", path, "", Map.of()).status()).isEqualTo(200);
        problem(acme.send("DELETE", path, "", Map.of()), 404, "not-found");
        assertThat(counting(acme, "vm-810")).containsExactly("owner-nights");
        assertThat(acme.send("DELETE", "/v1/windows/itself-nights", "", Map.of())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aWindowCountsForVmsOfATagAsSoonAsTheyHaveIt() throws Exception {
        Api globex = server.tenant("globex");
        JsonNode window = make(globex, "prod-nights", "");
        JsonNode assigned = assign(globex, window, "{\"filter\": {\"tags\": {\"env\": \"prod\"}}}");
        assertThat(assigned.at("/assignments/0/filter/tags/env").asString()).isEqualTo("prod");
        assertThat(counting(globex, "vm-811")).doesNotContain("prod-nights");

        tag("{\"tags\": {\"env\": \"prod\", \"team\": \"web\"}}");
        assertThat(counting(globex, "vm-811")).containsExactly("prod-nights");
        tag("{\"reset\": [\"tags\"]}");
        assertThat(counting(globex, "vm-811")).doesNotContain("prod-nights");

        assertThat(fields(problem(
                        globex.post("/v1/windows/prod-nights/assignments", "{\"filter\": {\"tags\": {\"a b\": \"\"}}}"),
                        422,
                        "invalid")))
                .containsExactly("filter.tags");
    }

    private static void tag(String change) throws Exception {
        Reply changed = operator.send("PATCH", "/v1/vms/vm-811", change, Map.of());
        assertThat(changed.status()).as(changed.text()).isEqualTo(200);
    }

    @Test
    void whatIsAssignedTwiceIsAssignedOnceAndAKeyedOrderIsDoneOnce() throws Exception {
        JsonNode window = make(operator, "again", "");
        String assignments = "/v1/windows/" + id(window) + "/assignments";
        assign(operator, window, "{\"host\": \"h82\"}");

        Reply again = operator.post(assignments, "{\"host\": \"h82\"}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("assignments").size()).isEqualTo(1);
        assertThat(operator.get("/v1/hosts/h82/windows")
                        .json()
                        .at("/windows/0/name")
                        .asString())
                .isEqualTo("again");
        Map<String, String> key = Map.of("Idempotency-Key", "a-window");
        String made = operator.post("/v1/windows", order("keyed", ""), key).text();
        assertThat(operator.post("/v1/windows", order("keyed", ""), key).text()).isEqualTo(made);
        assertThat(operator.send("DELETE", assignments + "/" + id(again.json().at("/assignments/0")), "", Map.of())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aPreviewHasTheNextTenOpenings() throws Exception {
        assertThat(make(operator, "often", "").path("rare").asBoolean()).isFalse();

        JsonNode preview = operator.get("/v1/windows/often/preview").json();
        assertThat(preview.path("openings").size()).isEqualTo(10);
        assertThat(preview.at("/windows/0/name").asString()).isEqualTo("often");
        assertThat(preview.path("waiting").size()).isZero();
    }

    @Test
    void aPreviewTellsWhatWouldRunInWhichOpening() throws Exception {
        JsonNode window = make(operator, "for-work", "");
        JsonNode assigned = assign(operator, window, "{\"vm\": \"vm-820\"}");
        FakeUpdate.publish(operator);
        FLEET.platform().holdMoves();
        String rollout =
                FLEET.startRollout("{\"update\": \"" + FakeUpdate.ID + "\", \"rings\": [[\"h81\"], [\"h82\"]]}");

        JsonNode preview = acme.get("/v1/vms/vm-820/windows").json();
        assertThat(preview.at("/waiting/0/rollout").asString()).isEqualTo(rollout);
        assertThat(preview.at("/waiting/0/vms").asInt()).isEqualTo(1);
        assertThat(preview.at("/waiting/0/forced").asBoolean()).isFalse();
        assertThat(preview.at("/openings/0/rollouts/0").asString()).isEqualTo(rollout);
        assertThat(operator.get("/v1/hosts/h82/windows")
                        .json()
                        .at("/waiting/0/turnAt")
                        .isNull())
                .as("nobody has asked for control of the host itself")
                .isTrue();

        operator.post("/v1/rollouts/" + rollout + "/cancel", "{}");
        FLEET.platform().letMovesGo();
        FLEET.awaitEnd(rollout);
        operator.send(
                "DELETE",
                "/v1/windows/for-work/assignments/"
                        + assigned.at("/assignments/0/id").asString(),
                "",
                Map.of());
    }
}
