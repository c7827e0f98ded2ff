package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk of the state directory fills up in the middle of a run: nothing is begun that is not written down. */
class DiskFullTest {
    @TempDir
    Path directory = Path.of("");

    private final FakeFleet fleet = new FakeFleet().host("h1", "acme").host("h2", "acme");
    private final FakePlatform platform = fleet.platform();
    private SmallDisk disk;
    private TestServer server;
    private Api api;

    @BeforeEach
    void twoHostsAndAServerOnASmallDisk() throws Exception {
        disk = SmallDisk.mount(directory.resolve("state"), "400m");
        server = TestServer.withItsOwnDatabase(directory.resolve("state"));
        api = server.api();
        fleet.joins(server, directory);
        FakeUpdate.publish(api);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
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
        String rollout = fleet.startRollout();
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
        fleet.rolloutIsDoneAndNothingHappenedTwice(rollout);
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
