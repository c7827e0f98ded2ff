package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.server.Api.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The disk of the state directory fills up in the middle of a run: nothing is begun that is not written down. */
class DiskFullTest {
    @TempDir
    Path directory = Path.of("");

    private final FakePlatform platform = new FakePlatform();
    private final List<FakeHost> hosts = new ArrayList<>();
    private SmallDisk disk;
    private TestServer server;
    private Api api;

    @BeforeEach
    void twoHostsAndAServerOnASmallDisk() throws Exception {
        disk = SmallDisk.mount(directory.resolve("state"), "400m");
        server = TestServer.withItsOwnDatabase(directory.resolve("state"));
        api = server.api();
        for (int h = 1; h <= 2; h++) {
            HostId host = platform.addHost("h" + h);
            platform.addVm("vm-" + h, host, "acme", Intent.DEFAULT);
            hosts.add(FakeHost.start(server, host, directory, platform));
        }
        Eventually.is(
                "both VMs are seen",
                () -> api.get("/v1/vms").json().path("items").size() == 2);
        FakeUpdate.publish(api);
    }

    @AfterEach
    void stop() throws Exception {
        platform.letMovesGo();
        for (FakeHost host : hosts) {
            host.close();
        }
        if (server != null) {
            server.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void theRunStandsStillThenGoesOnAndNothingIsDoneThatIsNotWrittenDown() throws Exception {
        platform.holdMoves();
        String rollout = api.post("/v1/rollouts", "{\"update\": \"qemu-11.1.3\", \"reason\": \"a test\"}")
                .json()
                .path("id")
                .asString();
        Eventually.is("a move is under way", () -> platform.performed() == 1);
        assertThat(api.get("/readyz").status()).isEqualTo(200);

        disk.fill();
        Reply refused = orderUntilRefused();
        assertThat(refused.json().path("detail").asString()).contains("No space left", "Make room", "Idempotency-Key");
        Reply unready = api.get("/readyz");
        assertThat(unready.status()).isEqualTo(503);
        assertThat(unready.text()).contains("make room");

        platform.letMovesGo(); // the agent tells its end to a server that can't write it down
        String story = refusedFor(20);
        assertThat(platform.performed()).as("begun meanwhile, %s", story).isEqualTo(1);

        disk.empty();
        Eventually.is("it is ready again", () -> api.get("/readyz").status() == 200);
        Eventually.is(
                "the rollout ends",
                () -> api.get("/v1/rollouts/" + rollout).json().path("ended").asBoolean());
        JsonNode ended = api.get("/v1/rollouts/" + rollout).json();
        assertThat(ended.path("outcome").asString()).as(ended.toString()).isEqualTo("DONE");
        assertThat(platform.nothingPerformedTwice()).isTrue();
    }

    /** Each order takes some room in the database; in the end there is none. */
    private Reply orderUntilRefused() throws Exception {
        String reason = "x".repeat(3000);
        for (int i = 0; i < 3000; i++) {
            Reply reply = api.post("/v1/hosts/h1/uncordon", "{\"reason\": \"" + reason + "\"}");
            if (reply.status() == 507) {
                return reply;
            }
            assertThat(reply.status()).as(reply.text()).isIn(200, 503);
        }
        throw new AssertionError("the disk did not fill up");
    }

    /** So many orders are refused, which takes longer than the agent needs to repeat itself several times. */
    private String refusedFor(int orders) throws Exception {
        StringBuilder answers = new StringBuilder();
        for (int i = 0; i < orders; i++) {
            Reply reply = orderUntilRefused();
            answers.append(reply.status()).append(' ');
        }
        return answers.toString();
    }
}
