package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Two owners have VMs that can't be moved on one host, and are asked when these may be restarted. */
class SelfServiceTest {
    @TempDir
    private Path directory = Path.of("");

    private final FakeFleet fleet =
            new FakeFleet().stubbornHost("h1", "acme", "other").host("h2");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @BeforeEach
    void aRolloutThatAsks() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        fleet.joins(server, directory);
        FakeUpdate.publishSelfService(server.api());
        fleet.startRollout("{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h1\"], \"reason\": \"a test\"}");
        Eventually.is("they are asked", () -> statusOf("vm-10").equals("IN_WINDOW"));
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    private JsonNode standing(String name) throws Exception {
        return server.api()
                .get("/v1/maintenance")
                .json()
                .path("items")
                .valueStream()
                .filter(it -> it.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String statusOf(String name) throws Exception {
        return server.api()
                .get("/v1/maintenance")
                .json()
                .path("items")
                .valueStream()
                .filter(it -> it.path("name").asString().equals(name))
                .map(it -> it.path("status").asString())
                .findFirst()
                .orElse("");
    }

    private Api.Reply choose(String vm, String how, String body) throws Exception {
        return server.api().post("/v1/vms/" + vm + "/maintenance/" + how, body);
    }

    private static String at(Instant time) {
        return "{\"at\": \"" + time + "\", \"reason\": \"a quiet hour\"}";
    }

    @Test
    void anOwnerHasFourWeeks() throws Exception {
        assertThat(Duration.between(
                        Instant.now(),
                        Instant.parse(standing("vm-10").path("chooseUntil").asString())))
                .isBetween(Duration.ofDays(27), Duration.ofDays(28));
    }

    @Test
    void theFirstWhoStartsIsToldThatAnotherOwnerOfTheHostHasYetToChoose() throws Exception {
        Api.Reply chosen = choose("vm-10", "start", "{\"reason\": \"now is good\"}");

        assertThat(chosen.status()).as(chosen.text()).isEqualTo(202);
        assertThat(chosen.json().path("status").asString()).isEqualTo("CHOSEN");
        assertThat(chosen.json().path("blockedBy").asString()).isEqualTo("its host is not ready yet");
        assertThat(statusOf("vm-11")).isEqualTo("IN_WINDOW");
    }

    @Test
    void onceAllHaveStartedItBegins() throws Exception {
        choose("vm-10", "start", "{}");
        choose("vm-11", "start", "{}");

        Eventually.is("it begins", () -> !statusOf("vm-10").equals("CHOSEN"));
        Api.Reply late = choose("vm-10", "start", "{}");
        assertThat(late.status()).as(late.text()).isEqualTo(409);
        assertThat(late.text()).contains("No update waits for the choice of the owner of VM vm-10");
    }

    @Test
    void anOwnerChoosesATimeWithinTheWindow() throws Exception {
        Instant inAWeek = Instant.now().plus(Duration.ofDays(7));

        assertThat(choose("vm-10", "reschedule", at(inAWeek)).status()).isEqualTo(202);
        assertThat(Instant.parse(standing("vm-10").path("chosen").asString())).isEqualTo(inAWeek);

        Api.Reply tooLate = choose("vm-10", "reschedule", at(inAWeek.plus(Duration.ofDays(30))));
        assertThat(tooLate.status()).isEqualTo(422);
        assertThat(tooLate.text()).contains("\"at\"", "when the window to choose ends");
        Api.Reply past = choose("vm-10", "reschedule", at(Instant.now().minus(Duration.ofDays(1))));
        assertThat(past.text()).contains("\"at\"", "give a time to come");
        Api.Reply nothing = choose("vm-10", "reschedule", "{}");
        assertThat(nothing.text()).contains("\"at\"", "give a time to come");
        assertThat(Instant.parse(standing("vm-10").path("chosen").asString())).isEqualTo(inAWeek);
    }

    private Api.Reply redeploys(Api who, String vm, String body) throws Exception {
        return who.post("/v1/vms/" + vm + "/maintenance/redeploy", body);
    }

    @Test
    void anOwnerWhoRedeploysNeedsNotWaitForTheOthers() throws Exception {
        Api acme = server.tenant("acme");

        Api.Reply reply = redeploys(acme, "vm-10", "{\"reason\": \"now is good\"}");

        assertThat(reply.status()).as(reply.text()).isEqualTo(202);
        fleet.awaitRunEnd(reply.json().path("run").asString());
        assertThat(server.api().get("/v1/vms/vm-10").json().path("host").asString())
                .isEqualTo("h2");
        JsonNode row = acme.get("/v1/ledger?vm=vm-10").json().at("/items/0");
        assertThat(row.path("method").asString()).isEqualTo("REBOOT");
        assertThat(row.path("impact").asString()).isEqualTo("RESTART");
        assertThat(row.path("cause").asString()).isEqualTo("redeployment");
        assertThat(row.path("stopMs").asLong()).isEqualTo(8000);
        try (BufferedReader events = new BufferedReader(
                new InputStreamReader(acme.stream("/v1/events?after=0", Map.of()), StandardCharsets.UTF_8))) {
            assertThat(events.lines().anyMatch(line -> line.contains("VmRedeployed")))
                    .isTrue();
        }
        Eventually.is(
                "the update waits for it no longer", () -> statusOf("vm-10").isEmpty());
        assertThat(statusOf("vm-11")).isEqualTo("IN_WINDOW");
    }

    @Test
    void operatorsRedeployOnlyWhatTheirOwnersLetThem() throws Exception {
        Api.Reply refused = redeploys(server.api(), "vm-10", "{}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text()).contains("VM vm-10");
        assertThat(server.api().get("/v1/vms/vm-10").json().path("host").asString())
                .isEqualTo("h1");
        Api.Reply nowhere = redeploys(server.tenant("acme"), "vm-10", "{\"target\": \"h2\"}");
        assertThat(nowhere.status())
                .as("which hosts there are is not a tenant's")
                .isEqualTo(422);
        assertThat(redeploys(server.tenant("other"), "vm-10", "{}").status()).isEqualTo(404);
    }

    @Test
    void whoIsNotAskedIsToldSo() throws Exception {
        String run = server.api().get("/v1/runs").json().at("/items/0/id").asString();
        server.api().post("/v1/runs/" + run + "/cancel", "{\"reason\": \"not today\"}");

        Eventually.is("it is withdrawn", () -> statusOf("vm-10").equals("WITHDRAWN"));
        assertThat(choose("vm-10", "start", "{}").status()).isEqualTo(409);
    }
}
