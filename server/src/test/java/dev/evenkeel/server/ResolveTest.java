package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.store.PgStore;
import dev.evenkeel.store.PoolSettings;
import dev.evenkeel.store.postgres.Database;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A person who closes a run gives its host free; that must not happen while its agent still works there. */
class ResolveTest {
    private static final String LOOKED = "{\"as\": \"FAILED\", \"reason\": \"the move hangs, the VM runs on h1\"}";

    @TempDir
    Path directory = Path.of("");

    private final FakeFleet fleet = new FakeFleet().host("h1", "acme").host("h2", "acme");
    private TestServer server;
    private Api api;

    @BeforeEach
    void twoHosts() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        fleet.joins(server, directory);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    /** A run whose move is overdue, so that it waits for a person while the agent of h1 still works on it. */
    private String overdueRun() throws Exception {
        FakeUpdate.publish(api);
        fleet.platform().holdMoves();
        fleet.startRollout("""
                {"update": "qemu-11.1.3", "hosts": ["h1"], "policy": {"moveMs": 1, "changeMs": 1}, "reason": "a test"}
                """);
        Eventually.is(
                "the run waits for a person",
                () -> run().path("state").asString().equals("NeedsPerson"));
        return run().path("id").asString();
    }

    private JsonNode run() throws Exception {
        return api.get("/v1/runs").json().at("/items/0");
    }

    @Test
    void aRunIsNotClosedWhileItsAgentAnswersAndWorksOnIt() throws Exception {
        String run = overdueRun();
        Reply refused = api.post("/v1/runs/" + run + "/resolve", LOOKED);
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.json().path("detail").asString())
                .contains("MoveVm", "agent of h1", "evenkeel run cancel " + run, "SILENT");
        assertThat(run().path("ended").asBoolean()).isFalse();

        fleet.platform().letMovesGo();
        assertThat(fleet.awaitRunEnd(run).path("outcome").asString()).isEqualTo("DONE");
    }

    @Test
    void aRunWhoseAgentIsSilentIsClosedByThePersonWhoseWordIsKept() throws Exception {
        String run = overdueRun();
        fleet.hosts().getFirst().stop();
        Eventually.is(
                "the host is silent",
                () -> api.get("/v1/hosts/h1").json().path("state").asString().equals("SILENT"));
        Reply closed = api.post("/v1/runs/" + run + "/resolve", LOOKED);
        assertThat(closed.status()).as(closed.text()).isEqualTo(202);
        assertThat(run().path("outcome").asString()).isEqualTo("FAILED");
        try (Database database = Database.open(server.settings().databaseUrl(), directory.resolve("unused"), Map.of());
                PgStore store = PgStore.open(database, PoolSettings.DEFAULT)) {
            assertThat(store.audit().after(0, 1000)).anySatisfy(entry -> {
                assertThat(entry.subject()).isEqualTo("/v1/runs/" + run + "/resolve");
                assertThat(entry.why()).isEqualTo("the move hangs, the VM runs on h1");
            });
        }
    }
}
