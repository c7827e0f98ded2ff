package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Exemptions over the API: what they keep from VMs, who sees them, and that none is silent. */
@Timeout(120)
class ExemptionsApiTest {
    @TempDir
    static Path directory = Path.of("");

    private static final FakeFleet FLEET =
            new FakeFleet().host("h91", "acme", "globex").host("h92", "acme");
    private static final String PLAN = "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h91\"]}";

    private static TestServer server;
    private static Api operator;
    private static Api acme;
    private static Api globex;

    @BeforeAll
    static void aFleetOfTwoTenants() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        FLEET.joins(server, directory);
        operator = server.api();
        acme = server.tenant("acme");
        globex = server.tenant("globex");
        FakeUpdate.publishLate(operator);
    }

    @AfterEach
    void nobodyIsExempt() throws Exception {
        for (JsonNode one : operator.get("/v1/exemptions").json().path("items")) {
            delete(operator, "/v1/exemptions/" + one.path("id").asString());
        }
    }

    @AfterAll
    static void stop() throws Exception {
        FLEET.close();
        server.close();
    }

    private static String order(String whom, Duration length) {
        return "{" + whom + ", \"until\": \"" + Instant.now().plus(length) + "\", \"reason\": \"the quarter ends\"}";
    }

    private static Reply delete(Api api, String path) throws Exception {
        return api.send("DELETE", path, "", Map.of());
    }

    private static String exempt(String whom, Duration length) throws Exception {
        Reply made = operator.post("/v1/exemptions", order(whom, length));
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        return made.json().path("id").asString();
    }

    private static String exempt(String whom) throws Exception {
        return exempt(whom, Duration.ofDays(1));
    }

    /** The first event of this type since the beginning that speaks of the exemption. */
    private static String awaitEvent(Api reader, String type, String exemption) throws Exception {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(reader.stream("/v1/events?after=0", Map.of()), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:") && line.contains("\"" + type + "\"") && line.contains(exemption)) {
                    return line;
                }
            }
        }
        throw new AssertionError("the stream ended");
    }

    private static List<String> seenBy(Api api) throws Exception {
        return api.get("/v1/exemptions")
                .json()
                .path("items")
                .valueStream()
                .map(one -> one.path("id").asString())
                .toList();
    }

    @Test
    void everythingThatTheVmWouldFeelIsRefusedUntilItIsDeleted() throws Exception {
        String id = exempt("\"vm\": \"vm-910\"");

        assertThat(operator.post("/v1/plans", PLAN)
                        .json()
                        .at("/hosts/0/refused")
                        .toString())
                .contains("VM_EXEMPT", "the quarter ends");
        for (String order : List.of("/v1/vms/vm-910/migrate", "/v1/hosts/h91/evacuate")) {
            String run = operator.post(order, "{}").json().path("id").asString();
            JsonNode ended = FLEET.awaitRunEnd(run);
            assertThat(ended.path("outcome").asString()).isEqualTo("REFUSED");
            assertThat(ended.toString()).contains("VM_EXEMPT", "delete exemption " + id);
        }
        assertThat(operator.get("/v1/vms/vm-910").json().at("/exemptions/0/id").asString())
                .isEqualTo(id);

        assertThat(delete(operator, "/v1/exemptions/" + id).status()).isEqualTo(200);
        assertThat(operator.post("/v1/plans", PLAN).text()).doesNotContain("VM_EXEMPT");
        assertThat(operator.get("/v1/vms/vm-910").json().path("exemptions").isEmpty())
                .isTrue();
        assertThat(awaitEvent(operator, "ExemptionMade", id)).contains("VM vm-910 is exempt");
        awaitEvent(operator, "ExemptionDeleted", id);
        assertThat(operator.get("/v1/audit").text()).contains("/v1/exemptions", "the quarter ends");
    }

    @Test
    void aRolloutSkipsTheHostAndSaysWhyAndTheOwnerSeesWhatBlocksIt() throws Exception {
        exempt("\"tenant\": \"acme\", \"update\": \"" + FakeUpdate.ID + "\"");
        String rollout = FLEET.startRollout(
                "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h91\"], \"reason\": \"a test\"}");
        JsonNode ended = FLEET.awaitEnd(rollout);

        assertThat(ended.path("outcome").asString()).isEqualTo("PARTIAL");
        assertThat(ended.at("/hosts/0/status").asString()).isEqualTo("SKIPPED");
        assertThat(ended.at("/hosts/0/why/code").asString()).isEqualTo("VM_EXEMPT");
        assertThat(operator.get("/v1/maintenance?vm="
                                + operator.get("/v1/vms/vm-910")
                                        .json()
                                        .path("id")
                                        .asString())
                        .text())
                .contains("exempt until", "the quarter ends");
        assertThat(globex.get("/v1/maintenance").text()).doesNotContain("exempt", "the quarter ends");
    }

    @Test
    void oneEndsByItselfAndThatIsTold() throws Exception {
        String id = exempt("\"tenant\": \"acme\"", Duration.ofSeconds(3));

        assertThat(awaitEvent(operator, "ExemptionExpired", id)).contains("all VMs of tenant acme");
        assertThat(awaitEvent(acme, "ExemptionExpired", id)).contains("acme");
        assertThat(seenBy(operator)).doesNotContain(id);
    }

    @Test
    void anUpdateWhoseDeadlinePassesMeanwhileIsWarnedOf() throws Exception {
        String id = exempt("\"vm\": \"vm-920\"");

        assertThat(awaitEvent(operator, "UpdateOverdue", id)).contains("WARNING", FakeUpdate.ID, "vm");
    }

    @Test
    void aTenantSeesThoseOfItsOwnVmsAndMakesNone() throws Exception {
        String ofVm = exempt("\"vm\": \"vm-910\"");
        String ofTenant = exempt("\"tenant\": \"acme\"");

        assertThat(seenBy(acme)).containsExactlyInAnyOrder(ofVm, ofTenant);
        assertThat(seenBy(globex)).isEmpty();
        assertThat(globex.get("/v1/exemptions/" + ofVm).status()).isEqualTo(404);
        assertThat(acme.get("/v1/exemptions/" + ofVm).status()).isEqualTo(200);
        assertThat(acme.post("/v1/exemptions", order("\"vm\": \"vm-910\"", Duration.ofDays(1)))
                        .status())
                .isEqualTo(403);
        assertThat(delete(acme, "/v1/exemptions/" + ofVm).status()).isEqualTo(403);
    }

    @Test
    void whatIsWrongIsNamedWithTheRemedy() throws Exception {
        Reply far = operator.post("/v1/exemptions", order("\"vm\": \"vm-910\"", Duration.ofDays(91)));
        assertThat(far.text()).contains("until", "90 days");
        assertThat(operator.post("/v1/exemptions", "{\"vm\": \"vm-910\"}").text())
                .contains("until", "reason");
        assertThat(operator.post(
                                "/v1/exemptions", order("\"vm\": \"vm-910\", \"tenant\": \"acme\"", Duration.ofDays(1)))
                        .text())
                .contains("give either vm or tenant");
        assertThat(operator.post("/v1/exemptions", order("\"tenant\": \"acne\"", Duration.ofDays(1)))
                        .text())
                .contains("give a tenant that has VMs");
        assertThat(operator.post(
                                "/v1/exemptions",
                                order("\"vm\": \"vm-910\", \"update\": \"qemu-9\"", Duration.ofDays(1)))
                        .text())
                .contains("give the id of an update");
    }
}
