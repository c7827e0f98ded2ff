package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Unavailable;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.link.VmDocument;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of an event from the server to the agents of its VMs, and of an approval back. */
class NoticesTest {
    private static final Instant SOON = Instant.parse("2031-01-02T03:04:05Z");

    @TempDir
    Path directory = Path.of("");

    private final List<ScheduledEvent> events = new CopyOnWriteArrayList<>();
    private final Set<String> approvals = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean deaf = new AtomicBoolean();
    private final FakeFleet fleet = new FakeFleet().host("h1", "acme", "other").host("h2", "acme");

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @BeforeEach
    void twoHosts() throws Exception {
        server = TestServer.start(directory.resolve("state"), () -> List.copyOf(events), this::approved);
        fleet.joins(server, directory);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        server.close();
    }

    private void approved(EventId event, VmId by, Instant at) {
        if (deaf.get()) {
            throw new Unavailable("a test", null);
        }
        approvals.add(event + " by " + by);
    }

    private VmId vm(int number) {
        return fleet.vms().get(number);
    }

    private ScheduledEvent freeze(boolean started) {
        return new ScheduledEvent(
                new EventId("e1"),
                EventKind.FREEZE,
                List.of(vm(0), vm(1)),
                started,
                SOON,
                Duration.ofSeconds(1),
                "The host gets a new VMM.",
                false);
    }

    /** Waits until a host's agent has the VM's document of this number. */
    private VmDocument told(int host, VmId vm, long incarnation) throws Exception {
        var documents = fleet.hosts().get(host);
        Eventually.is(
                "VM " + vm + " is at " + incarnation,
                () -> documents
                        .documents()
                        .of(vm)
                        .filter(d -> d.incarnation() == incarnation)
                        .isPresent());
        return documents.documents().of(vm).orElseThrow();
    }

    @Test
    void anEventIsToldUntilItIsOverAndThenRemembered() throws Exception {
        assertThat(told(0, vm(0), VmDocument.FIRST).events()).isEmpty();
        assertThat(told(1, vm(2), VmDocument.FIRST).events()).isEmpty();

        events.add(freeze(false));
        VmDocument scheduled = told(0, vm(0), 2);
        assertThat(scheduled.events()).hasSize(1);
        assertThat(scheduled.events().getFirst().names())
                .as("those of its tenant")
                .containsExactly("vm-10");
        assertThat(told(0, vm(1), 2).events().getFirst().names()).containsExactly("vm-11");

        events.set(0, freeze(true));
        assertThat(told(0, vm(0), 3).events().getFirst().event().started()).isTrue();

        events.clear();
        VmDocument over = told(0, vm(0), 4);
        assertThat(over.events()).isEmpty();
        assertThat(over.past()).hasSize(1);
        assertThat(over.past().getFirst().cancelled()).isFalse();
        assertThat(told(1, vm(2), VmDocument.FIRST)).as("was never touched").isEqualTo(VmDocument.empty(vm(2)));
    }

    @Test
    void theNumberGoesOnAfterTheServerStartsAgainAndOnAnotherHost() throws Exception {
        events.add(freeze(false));
        told(0, vm(0), 2);
        server.stop();
        events.clear();
        server.start();
        VmDocument withdrawn = told(0, vm(0), 3);
        assertThat(withdrawn.past().getFirst().cancelled()).isTrue();

        fleet.platform().moved(vm(0), fleet.hosts().get(1).id());
        assertThat(told(1, vm(0), 3)).isEqualTo(withdrawn);
        events.add(freeze(false));
        told(1, vm(0), 4);
    }

    @Test
    void anAgentThatStartsAgainTellsWhatItKnewWhileTheServerIsAway() throws Exception {
        events.add(freeze(false));
        VmDocument before = told(0, vm(0), 2);
        server.stop();
        FakeHost host = fleet.hosts().getFirst();
        host.stop();
        host.start();
        assertThat(host.documents().of(vm(0))).contains(before);
        server.start();
    }

    @Test
    void anApprovalArrivesWhoeverIsAwayMeanwhile() throws Exception {
        events.add(freeze(false));
        told(0, vm(0), 2);
        deaf.set(true);
        FakeHost host = fleet.hosts().getFirst();
        assertThat(host.documents().approve(vm(0), List.of("e2"))).contains("e2");
        assertThat(host.documents().approve(vm(0), List.of("E1"))).isEmpty();
        assertThat(host.documents().approve(vm(0), List.of("e1")))
                .as("once more")
                .isEmpty();
        assertThat(host.documents().unreported()).hasSize(1);

        server.stop();
        host.stop();
        deaf.set(false);
        host.start();
        assertThat(host.documents().unreported()).hasSize(1);
        server.start();
        Eventually.is("the approval has arrived", () -> approvals.contains("e1 by " + vm(0)));
        Eventually.is(
                "the agent knows that", () -> host.documents().unreported().isEmpty());
        assertThat(host.documents().approve(vm(0), List.of("e1"))).isEmpty();
        assertThat(host.documents().unreported()).as("the server has it").isEmpty();
    }

    @Test
    void anApprovalOfWhatIsOverIsForgotten() throws Exception {
        events.add(freeze(false));
        told(0, vm(0), 2);
        deaf.set(true);
        FakeHost host = fleet.hosts().getFirst();
        assertThat(host.documents().approve(vm(0), List.of("e1"))).isEmpty();
        events.clear();
        told(0, vm(0), 3);
        Eventually.is("it is forgotten", () -> host.documents().unreported().isEmpty());
        assertThat(approvals).isEmpty();
    }
}
