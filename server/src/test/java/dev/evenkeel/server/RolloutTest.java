package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The main job over real links: an update goes round three hosts, and whoever dies on the way is back and goes on. */
class RolloutTest {
    @TempDir
    Path directory = Path.of("");

    private final FakeFleet fleet = new FakeFleet()
            .host("h1", "acme", "globex")
            .host("h2", "acme", "globex")
            .host("h3", "acme", "globex");
    private TestServer server;
    private Api api;

    @BeforeEach
    void threeHostsWithSixVms() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        fleet.joins(server, directory);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    /** A rollout whose first move is under way and held there. */
    private String rolloutInTheMiddleOfAMove() throws Exception {
        FakeUpdate.publish(api);
        fleet.platform().holdMoves();
        String rollout = fleet.startRollout();
        fleet.awaitMoveUnderWay();
        return rollout;
    }

    private void everythingIsUpdatedAndNothingHappenedTwice(String rollout) throws Exception {
        fleet.rolloutIsDoneAndNothingHappenedTwice(rollout);
        fleet.everyHostIsUpdated();
        Eventually.is("every VM runs on the new VMM, and is seen once", () -> {
            JsonNode items = api.get("/v1/vms").json().path("items");
            return items.size() == 6
                    && items.valueStream().noneMatch(vm -> vm.path("onOldVmm").asBoolean());
        });
    }

    @Test
    void aRolloutReachesEveryHostAndItsStoryIsTold() throws Exception {
        FakeUpdate.publish(api);
        JsonNode plan = api.post("/v1/plans", "{\"update\": \"qemu-11.1.3\"}").json();
        assertThat(plan.path("hosts").size()).isEqualTo(3);
        assertThat(plan.at("/hosts/0/method").asString()).isEqualTo("MIGRATE");
        assertThat(plan.at("/hosts/0/refused/0/method").asString()).isEqualTo("HOT_PATCH");
        assertThat(plan.at("/hosts/0/vms/0/impact").asString()).isEqualTo("PAUSE");

        String rollout = fleet.startRollout();
        everythingIsUpdatedAndNothingHappenedTwice(rollout);

        JsonNode runs = api.get("/v1/runs?rollout=" + rollout).json().path("items");
        assertThat(runs.size()).isEqualTo(3);
        for (JsonNode run : runs) {
            assertThat(run.path("outcome").asString()).isEqualTo("DONE");
            JsonNode story =
                    api.get("/v1/runs/" + run.path("id").asString() + "/events").json();
            assertThat(story.path("items").valueStream().map(e -> e.path("type").asString()))
                    .contains("EffectEnded");
            assertThat(story.path("items")
                            .valueStream()
                            .map(e -> e.path("state").asString()))
                    .containsSubsequence("Draining", "Applying", "Verifying", "Ended");
        }
        assertThat(runs.valueStream().mapToInt(run -> run.path("moves").size()).sum())
                .as("each VM is moved at least once and at most twice")
                .isBetween(6, 8);
        assertThat(api.get("/v1/ledger").json().path("items").size()).isBetween(6, 8);
        assertThat(api.get("/metrics").text()).contains("evenkeel_vm_stop_seconds_count");
    }

    @Test
    void whatAnObserverMeasuredStandsBesideTheLedger() throws Exception {
        FakeUpdate.publish(api);
        fleet.awaitEnd(fleet.startRollout());
        JsonNode row = api.get("/v1/ledger?limit=1").json().at("/items/0");
        assertThat(row.path("gapMs").isNull()).isTrue();
        Reply observed = api.post("/v1/observations", """
                {"vm": "%s", "from": "%s", "to": "%s", "gapMs": 61, "normalGapMs": 30, "stopMs": 16, "restarted": false}
                """.formatted(
                        row.path("name").asString(),
                        row.path("startedAt").asString(),
                        row.path("endedAt").asString()));
        assertThat(observed.json()
                        .path("items")
                        .valueStream()
                        .map(r -> r.path("id").asString()))
                .contains(row.path("id").asString());
        JsonNode joined = api.get("/v1/ledger?limit=1").json().at("/items/0");
        assertThat(joined.path("gapMs").asInt()).isEqualTo(61);
        assertThat(joined.path("observedStopMs").asInt()).isEqualTo(16);
        assertThat(joined.path("stopMs").asInt()).isEqualTo(15);
    }

    @Test
    void aServerThatIsRestartedInTheMiddleGoesOn() throws Exception {
        String rollout = rolloutInTheMiddleOfAMove();
        server.stop();
        fleet.platform().letMovesGo();
        server.start();
        everythingIsUpdatedAndNothingHappenedTwice(rollout);
    }

    @Test
    void anAgentThatIsRestartedInTheMiddleOfAMoveReportsItsEnd() throws Exception {
        String rollout = rolloutInTheMiddleOfAMove();
        for (FakeHost host : fleet.hosts()) {
            host.stop();
        }
        fleet.platform().letMovesGo(); // the hypervisor goes on without the agent
        for (FakeHost host : fleet.hosts()) {
            host.start();
        }
        everythingIsUpdatedAndNothingHappenedTwice(rollout);
    }

    @Test
    void aVmIsMovedByHandAndAHostIsEvacuated() throws Exception {
        Reply moved = api.post("/v1/vms/vm-10/migrate", "{\"target\": \"h2\"}");
        assertThat(moved.status()).as(moved.text()).isEqualTo(202);
        Eventually.is(
                "it is there",
                () -> fleet.platform().hostOf(fleet.vms().getFirst()).value().equals("h2"));

        Reply run = api.post("/v1/hosts/h3/evacuate", "{\"reason\": \"a noisy fan\"}");
        String id = run.json().path("id").asString();
        fleet.awaitRunEnd(id);
        Eventually.is(
                "no VM is seen there",
                () -> api.get("/v1/hosts/h3").json().path("vms").asInt() == 0);
        JsonNode host = api.get("/v1/hosts/h3").json();
        assertThat(host.path("cordoned").asBoolean()).isTrue();
        assertThat(host.path("cordonReason").asString()).isEqualTo("a noisy fan");
        assertThat(api.post("/v1/hosts/h3/uncordon", "").json().path("cordoned").asBoolean())
                .isFalse();
    }

    @Test
    void aHostWhoseAgentIsGoneTurnsSilent() throws Exception {
        fleet.hosts().get(1).stop();
        Eventually.is(
                "it is silent",
                () -> api.get("/v1/hosts/h2").json().path("state").asString().equals("SILENT"));
        fleet.hosts().get(1).start();
        Eventually.is(
                "it is back",
                () -> api.get("/v1/hosts/h2").json().path("state").asString().equals("READY"));
    }
}
