package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.wire.Json;
import dev.evenkeel.wire.link.Documents;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What real guests read at 169.254.169.254, on two hosts whose bridges are one network: the kernel's tables, libvirt's
 * interfaces and the agent's are the real ones.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MetadataTest {
    private static final String NAME = TestState.lab("meta");
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String EVENTS = "GET /metadata/scheduledevents?api-version=2020-07-01";
    private static final String INSTANCE = "GET /metadata/instance/compute/name?api-version=2020-07-01";
    private static final String HEADER = "Metadata: true";
    private static final String DOCUMENTS = "/var/lib/evenkeel/metadata/documents.json";

    private static Lab lab;
    private static LabHost one;
    private static LabHost two;
    private static LabVm web;
    private static LabVm db;

    @BeforeAll
    static void up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(TestState.directory(), NAME);
        lab = Lab.up(
                LabSpec.in(TestState.directory())
                        .withName(NAME)
                        .withHosts(2)
                        .withBeatPeriod(TestState.CALM)
                        .withControlPlane(true)
                        .withPlainTcp(true)
                        .withVms(List.of(VmPlan.small(1, "web", "acme"), VmPlan.small(2, "db", "acme"))),
                Progress.on(System.out));
        one = lab.host("h1");
        two = lab.host("h2");
        web = lab.vm("web");
        db = lab.vm("db");
    }

    @AfterAll
    static void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    /** Asks until the answer holds this; the last answer is told when it never does. */
    private static void awaitAnswer(LabVm vm, String request, String sought) throws Exception {
        String[] last = {""};
        try {
            Waits.await(PATIENCE, vm + " is answered with " + sought, () -> {
                last[0] = vm.metadata(request, HEADER, "");
                return last[0].contains(sought);
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; the last answer was: " + last[0], e);
        }
    }

    private static String interfaces(LabHost host) throws IOException {
        return host.exec("ls", "/sys/class/net").out();
    }

    private static void move(LabVm vm, LabHost from, LabHost to) throws IOException {
        from.virsh("migrate", "--live", "--p2p", "--persistent", "--undefinesource", vm.name(), to.plainUri());
    }

    @Test
    @Order(1)
    void eachGuestReadsItsOwnAndWhatTheServerSaysOfIt() throws Exception {
        awaitAnswer(web, EVENTS, "{\"DocumentIncarnation\":1,\"Events\":[]}");
        awaitAnswer(web, INSTANCE, "\n\nweb");
        awaitAnswer(db, INSTANCE, "\n\ndb");
    }

    @Test
    @Order(2)
    void aGuestThatMovesIsAnsweredByItsNewHost() throws Exception {
        LabHost from = lab.host(web.host().orElseThrow().name());
        LabHost to = from.name().equals("h1") ? two : one;
        move(web, from, to);
        awaitAnswer(web, INSTANCE, "\n\nweb");
        awaitAnswer(web, EVENTS, "{\"DocumentIncarnation\":1,\"Events\":[]}");
        awaitAnswer(db, INSTANCE, "\n\ndb");
    }

    @Test
    @Order(3)
    void aKilledAgentComesBackToOneInterface() throws Exception {
        LabHost host = lab.host(web.host().orElseThrow().name());
        host.killAgent();
        awaitAnswer(web, INSTANCE, "\n\nweb");
        assertThat(interfaces(host).lines().filter(name -> name.startsWith("ekmd")))
                .hasSize(1);
    }

    @Test
    @Order(4)
    void aGuestSeesAFreezeAndApprovesItWhileTheServerIsAway() throws Exception {
        LabHost host = lab.host(web.host().orElseThrow().name());
        String id = host.virsh("domuuid", "web").strip();
        ScheduledEvent freeze = new ScheduledEvent(
                new EventId("e-1"),
                EventKind.FREEZE,
                List.of(new VmId(id)),
                false,
                Instant.parse("2031-01-21T09:00:43Z"),
                Duration.ofSeconds(1),
                "The host gets a new kernel.",
                false);
        VmDocument document =
                new VmDocument(new VmId(id), 2, List.of(new VmDocument.Told(freeze, List.of("web"))), List.of());
        lab.killServer();
        host.exec("systemctl", "stop", "evenkeel-agent");
        assertThat(interfaces(host)).as("nothing is left").doesNotContain("ekmd");
        host.command(List.of("sh", "-c", "cat >" + DOCUMENTS))
                .withInput(Json.mapper().writeValueAsString(new Documents("before", List.of(document))))
                .check();
        host.exec("systemctl", "start", "evenkeel-agent");

        awaitAnswer(web, EVENTS, "\"EventType\":\"Freeze\"");
        String approved = web.metadata(
                "POST /metadata/scheduledevents?api-version=2020-07-01",
                HEADER,
                "{\"StartRequests\":[{\"EventId\":\"e-1\"}]}");
        assertThat(approved).startsWith("HTTP/1.1 200 OK");
        assertThat(host.exec("cat", "/var/lib/evenkeel/metadata/approvals.json").out())
                .contains("\"e-1\"", id);

        lab.startServer();
        awaitAnswer(web, EVENTS, "\"Events\":[]");
        Waits.await(
                PATIENCE,
                "the server has the approval",
                () -> host.exec("cat", "/var/lib/evenkeel/metadata/approvals.json")
                        .out()
                        .strip()
                        .equals("[]"));
    }
}
