package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

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
        try (ServerProcess server = new ServerProcess(directory.resolve("state"));
                FakeFleet fleet = new FakeFleet().host("h1", "acme").host("h2", "globex")) {
            fleet.joins(server.api(), server.gatewayUrl(), directory);
            FakeUpdate.publish(server.api());
            fleet.platform().holdMoves();
            String rollout = fleet.startRollout("{\"update\": \"" + FakeUpdate.ID + "\"}");
            fleet.awaitMoveUnderWay();

            server.kill();
            fleet.platform().letMovesGo();
            server.restart();

            fleet.rolloutIsDoneAndNothingHappenedTwice(rollout);
            fleet.everyHostIsUpdated();
            assertThat(fleet.hosts().getFirst().id())
                    .isNotEqualTo(fleet.hosts().getLast().id());

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
