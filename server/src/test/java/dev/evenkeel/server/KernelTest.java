package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** One effect of which several VMs feel something: their host's kernel is replaced beneath them. */
class KernelTest {
    @TempDir
    Path directory = Path.of("");

    private final FakeFleet fleet =
            new FakeFleet().patientHost("h1", "acme", "globex", "acme").patientHost("h2");
    private TestServer server;
    private Api api;

    @BeforeEach
    void aHostThatKeepsMemoryWithThreeVms() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        fleet.joins(server, directory);
        FakeUpdate.publishKernel(api);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    private void rollsOut() throws Exception {
        JsonNode ended = fleet.awaitEnd(
                fleet.startRollout("{\"update\": \"" + FakeUpdate.KERNEL + "\", \"reason\": \"a test\"}"));
        assertThat(ended.path("outcome").asString()).as(ended.toString()).isEqualTo("DONE");
    }

    private JsonNode runOfH1() throws Exception {
        return api.get("/v1/runs")
                .json()
                .path("items")
                .valueStream()
                .filter(run -> run.path("host").asString().equals("h1"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPlanForeseesThatEveryVmStandsStillWhereItIs() throws Exception {
        JsonNode plan = api.post("/v1/plans", "{\"update\": \"" + FakeUpdate.KERNEL + "\"}")
                .json();

        assertThat(plan.at("/hosts/0/method").asString()).isEqualTo("PRESERVE_KERNEL");
        assertThat(plan.at("/hosts/0/vms").size()).isEqualTo(3);
    }

    @Test
    void everyVmStaysAndIsToldOfInItsRun() throws Exception {
        rollsOut();
        JsonNode run = runOfH1();

        assertThat(run.path("moves")).hasSize(3).allSatisfy(move -> {
            assertThat(move.path("status").asString()).isEqualTo("MOVED");
            assertThat(move.path("to").asString()).isEqualTo("h1");
            assertThat(move.path("stopMs").asInt()).isEqualTo(12_000);
        });
        assertThat(run.path("effects").valueStream().map(e -> e.path("kind").asString()))
                .containsExactly("ApplyUpdate", "SwitchKernel", "VerifyUpdate");
        assertThat(fleet.vms())
                .allSatisfy(
                        vm -> assertThat(fleet.platform().hostOf(vm).value()).isEqualTo("h1"));
    }

    @Test
    void whatEachFeltIsFoundPageByPage() throws Exception {
        rollsOut();
        List<String> found = new ArrayList<>();
        String cursor = "";
        for (int pages = 0; pages < 10 && cursor != null; pages++) {
            JsonNode page = api.get("/v1/ledger?limit=1" + cursor).json();
            page.path("items").forEach(row -> found.add(row.path("name").asString()));
            cursor = page.path("next").isNull()
                    ? null
                    : "&cursor=" + page.path("next").asString();
        }

        assertThat(found).containsExactlyInAnyOrder("vm-10", "vm-11", "vm-12");
    }
}
