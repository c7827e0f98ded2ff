package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.link.VmDocument;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A host is emptied whose VM's owner wants an hour's notice: told inside and outside, approved from either side. */
class ScheduledEventsTest {
    private static final String BECAUSE = "{\"reason\": \"a noisy fan\"}";

    @TempDir
    private Path directory = Path.of("");

    private final FakeFleet fleet = new FakeFleet().hostThatTells("h1", "acme").host("h2");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @BeforeEach
    void aRunThatWaits() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        fleet.joins(server, directory);
        Eventually.is(
                "there is a place for the VM",
                () -> server.api().get("/v1/hosts").json().path("items").size() == 2);
        assertThat(server.api().post("/v1/hosts/h1/evacuate", BECAUSE).status()).isEqualTo(202);
        Eventually.is("the run waits", () -> run().path("state").asString().equals("Announcing"));
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    private VmId vm() {
        return fleet.vms().getFirst();
    }

    private JsonNode run() throws Exception {
        return server.api().get("/v1/runs").json().at("/items/0");
    }

    private JsonNode events() throws Exception {
        return server.api().get("/v1/scheduled-events").json().path("items");
    }

    private VmDocument inside() {
        return fleet.hosts().getFirst().documents().of(vm()).orElse(VmDocument.empty(vm()));
    }

    private ScheduledEvent awaitTheEventInside() throws Exception {
        Eventually.is("the VM is told", () -> !inside().events().isEmpty());
        return inside().events().getFirst().event();
    }

    @Test
    void insideAndOutsideTellTheSame() throws Exception {
        ScheduledEvent inside = awaitTheEventInside();
        JsonNode outside = events().get(0);

        assertThat(outside.path("id").asString()).isEqualTo(inside.id().value());
        assertThat(outside.path("kind").asString()).isEqualTo("FREEZE");
        assertThat(outside.path("status").asString()).isEqualTo("SCHEDULED");
        assertThat(outside.path("name").asString()).isEqualTo("vm-10");
        assertThat(outside.path("approvedBy").isNull()).isTrue();
        assertThat(Duration.between(
                        Instant.now(), Instant.parse(outside.path("notBefore").asString())))
                .isBetween(Duration.ofMinutes(50), Duration.ofHours(1));
    }

    @Test
    void theVmApprovesAndIsMovedAtOnceAndTheLedgerSaysWhatItWasTold() throws Exception {
        ScheduledEvent event = awaitTheEventInside();

        assertThat(fleet.hosts()
                        .getFirst()
                        .documents()
                        .approve(vm(), List.of(event.id().value())))
                .isEmpty();

        assertThat(fleet.awaitRunEnd(run().path("id").asString())
                        .path("outcome")
                        .asString())
                .isEqualTo("DONE");
        JsonNode row = server.api().get("/v1/ledger").json().at("/items/0");
        assertThat(row.path("toldMs").asLong(-1))
                .isEqualTo(Objects.requireNonNull(event.lasts()).toMillis());
        assertThat(events()).isEmpty();
    }

    @Test
    void itsOwnerApprovesFromOutsideAndMaySayItAgain() throws Exception {
        String id = events().get(0).path("id").asString();

        Api.Reply approved =
                server.api().post("/v1/scheduled-events/" + id + "/approve", "{\"reason\": \"now is good\"}");

        assertThat(approved.status()).as(approved.text()).isEqualTo(202);
        assertThat(approved.json().path("id").asString()).isEqualTo(id);
        assertThat(fleet.awaitRunEnd(run().path("id").asString())
                        .path("outcome")
                        .asString())
                .isEqualTo("DONE");
        Api.Reply late = server.api().post("/v1/scheduled-events/" + id + "/approve", BECAUSE);
        assertThat(late.status()).isEqualTo(404);
        assertThat(late.text()).contains("it is over, or was withdrawn");
    }

    @Test
    void whoCancelsWithdrawsTheEventInsideToo() throws Exception {
        awaitTheEventInside();

        server.api().post("/v1/runs/" + run().path("id").asString() + "/cancel", BECAUSE);

        Eventually.is("it is withdrawn", () -> inside().events().isEmpty());
        assertThat(inside().past().getFirst().cancelled()).isTrue();
        assertThat(events()).isEmpty();
    }

    @Test
    void aServerThatStartsAgainStillWaitsAndTellsTheSame() throws Exception {
        ScheduledEvent before = awaitTheEventInside();
        server.stop();
        server.start();

        Eventually.is("the server tells it", () -> events().size() == 1);
        assertThat(events().get(0).path("id").asString()).isEqualTo(before.id().value());
        assertThat(run().path("state").asString()).isEqualTo("Announcing");
    }
}
