package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The owner of a VM that was told of a pause, and is waited for, lets it come now; or the rollout is paused meanwhile. */
class PauseNowTest {
    private static final String BECAUSE = "{\"reason\": \"a quiet hour\"}";

    @TempDir
    private Path directory = Path.of("");

    private final FakeFleet fleet = new FakeFleet().hostThatTells("h1", "acme").host("h2");
    private String rollout = "";

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @BeforeEach
    void aRolloutThatTells() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        fleet.joins(server, directory);
        FakeUpdate.publish(server.api());
        rollout = fleet.startRollout(
                "{\"update\": \"" + FakeUpdate.ID + "\", \"hosts\": [\"h1\"], \"reason\": \"a test\"}");
        Eventually.is("the VM is told", () -> run().path("state").asString().equals("Announcing"));
        assertThat(standing().path("status").asString()).isEqualTo("SCHEDULED");
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    private JsonNode standing() throws Exception {
        return server.api().get("/v1/maintenance").json().at("/items/0");
    }

    private JsonNode run() throws Exception {
        return server.api().get("/v1/runs").json().at("/items/0");
    }

    private Api.Reply start() throws Exception {
        return server.api().post("/v1/vms/" + standing().path("vm").asString() + "/maintenance/start", BECAUSE);
    }

    @Test
    void itsOwnerLetsThePauseComeNow() throws Exception {
        Api.Reply allowed = start();

        assertThat(allowed.status()).as(allowed.text()).isEqualTo(202);
        assertThat(fleet.awaitRunEnd(run().path("id").asString())
                        .path("outcome")
                        .asString())
                .isEqualTo("DONE");
    }

    @Test
    void aPausedRolloutTouchesNothingUntilItGoesOn() throws Exception {
        assertThat(server.api()
                        .post("/v1/rollouts/" + rollout + "/pause", BECAUSE)
                        .status())
                .isEqualTo(200);
        assertThat(start().status()).isEqualTo(202);
        Eventually.is(
                "it says what holds it back",
                () -> run().at("/why/code").asString("").equals("PAUSED"));
        String id = run().path("id").asString();
        assertThat(run().path("state").asString()).isEqualTo("Announcing");
        assertThat(run().path("effects").size()).isZero();
        assertThat(standing().path("blockedBy").asString()).isEqualTo("its rollout is paused");

        assertThat(server.api()
                        .post("/v1/rollouts/" + rollout + "/resume", BECAUSE)
                        .status())
                .isEqualTo(200);
        assertThat(fleet.awaitRunEnd(id).path("outcome").asString()).isEqualTo("DONE");
    }
}
