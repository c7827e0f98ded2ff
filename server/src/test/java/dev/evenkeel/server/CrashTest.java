package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.wire.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** kill -9 of a whole server, database and all, in the middle of the main job; then an orderly end. */
@Timeout(300)
class CrashTest {
    @TempDir
    Path directory = Path.of("");

    @Test
    void aServerThatIsKilledInTheMiddleOfARolloutGoesOnWithIt() throws Exception {
        FakePlatform platform = new FakePlatform();
        HostId one = platform.addHost("h1");
        HostId two = platform.addHost("h2");
        platform.addVm("vm-1", one, "acme", Intent.DEFAULT);
        platform.addVm("vm-2", two, "globex", Intent.DEFAULT);
        try (ServerProcess server = new ServerProcess(directory.resolve("state"));
                FakeHost first = FakeHost.start(server.api(), server.gatewayUrl(), one, directory, platform);
                FakeHost second = FakeHost.start(server.api(), server.gatewayUrl(), two, directory, platform)) {
            Api api = server.api();
            Eventually.is(
                    "both VMs are seen",
                    () -> api.get("/v1/vms").json().path("items").size() == 2);
            FakeUpdate.publish(api);
            platform.holdMoves();
            String rollout = api.post("/v1/rollouts", "{\"update\": \"" + FakeUpdate.ID + "\"}")
                    .json()
                    .path("id")
                    .asString();
            Eventually.is(
                    "a move is under way",
                    () -> api.get("/v1/runs?active=true")
                            .json()
                            .at("/items/0/effects")
                            .valueStream()
                            .anyMatch(e -> e.path("status").asString().equals("ACKNOWLEDGED")));

            server.kill();
            platform.letMovesGo();
            server.restart();

            Eventually.is(
                    "the rollout ends",
                    () -> api.get("/v1/rollouts/" + rollout)
                            .json()
                            .path("ended")
                            .asBoolean());
            JsonNode ended = api.get("/v1/rollouts/" + rollout).json();
            assertThat(ended.path("outcome").asString()).as(ended.toString()).isEqualTo("DONE");
            assertThat(platform.nothingPerformedTwice()).isTrue();
            assertThat(List.of(platform.qemu(one), platform.qemu(two))).containsOnly(FakePlatform.NEW);
            assertThat(first.id()).isNotEqualTo(second.id());

            assertThat(server.terminate()).as("it ends by itself").isTrue();
            assertThat(server.state().resolve("server/pg/data/postmaster.pid"))
                    .as("and takes its database down with it")
                    .doesNotExist();
            everyLineOfTheLogIsJson(server.state().resolve("server/log/server.jsonl"));
        }
    }

    private static void everyLineOfTheLogIsJson(Path log) throws Exception {
        List<String> lines = Files.readAllLines(log);
        assertThat(lines).isNotEmpty();
        boolean withRun = false;
        for (String line : lines) {
            JsonNode event = Json.mapper().readTree(line);
            assertThat(event.path("formattedMessage").asString()).isNotEmpty();
            withRun |= event.path("mdc").has("run");
        }
        assertThat(withRun).as("lines about a run name it").isTrue();
    }
}
