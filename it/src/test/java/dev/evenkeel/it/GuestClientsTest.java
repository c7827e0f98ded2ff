package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.wire.link.VmDocument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that know nothing of Evenkeel, as their makers ship them, at the address that they have built in. */
class GuestClientsTest {
    private static final VmId WEB_1 = new VmId("6e9f5b7c-0000-4000-8000-000000000001");
    private static final VmId WEB_2 = new VmId("6e9f5b7c-0000-4000-8000-000000000002");
    private static final Instant NOT_BEFORE = Instant.parse("2031-01-21T09:00:43Z");
    private static final String SCHEDULED = "/latest/meta-data/events/maintenance/scheduled";

    @TempDir
    Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private MetadataNamespace guest;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(TestState.root(), "skipped: a network namespace takes root");
        guest = MetadataNamespace.of(directory.resolve("one"), WEB_1.value(), "web-1");
    }

    @AfterEach
    void stop() throws Exception {
        if (guest != null) {
            guest.close();
        }
    }

    private static VmDocument.Told event(boolean started) {
        return new VmDocument.Told(
                new ScheduledEvent(
                        new EventId("e-1"),
                        EventKind.FREEZE,
                        List.of(WEB_1),
                        started,
                        NOT_BEFORE,
                        Duration.ofSeconds(7),
                        "The host gets a new kernel.",
                        false),
                List.of("web-1"));
    }

    private static VmDocument document(VmId vm, long incarnation, VmDocument.Told... events) {
        return new VmDocument(vm, incarnation, List.of(events), List.of());
    }

    private String check(Command command) throws Exception {
        return command.within(Duration.ofMinutes(1)).check().strip();
    }

    private String node(String script) throws Exception {
        return check(
                guest.command("sh", "-c", "cd " + NodePackages.directory() + " && exec node -e \"$1\"", "sh", script));
    }

    @Test
    void azureEventsAzStopsTheNodeAndApproves() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/lib/ocf/resource.d/heartbeat/azure-events-az")), "no resource-agents");
        SimPacemaker cluster = SimPacemaker.in(directory.resolve("cluster"));
        guest.tell(document(WEB_1, 1));
        check(guest.command(cluster.agent("azure-events-az", "n1", "monitor")));
        guest.tell(document(WEB_1, 2, event(false)));
        check(guest.command(cluster.agent("azure-events-az", "n1", "monitor")));
        assertThat(cluster.attribute("n1", "#health-azure")).isEqualTo("-1000000");
        check(guest.command(cluster.agent("azure-events-az", "n1", "monitor")));
        guest.await("approved e-1");
        guest.tell(document(WEB_1, 3, event(true)));
        check(guest.command(cluster.agent("azure-events-az", "n1", "monitor")));
        guest.tell(document(WEB_1, 4));
        check(guest.command(cluster.agent("azure-events-az", "n1", "monitor")));
        assertThat(cluster.attribute("n1", "#health-azure")).as("it is back").isEqualTo("0");
    }

    @Test
    void azureEventsApprovesForItsNeighbour() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/lib/ocf/resource.d/heartbeat/azure-events")), "no resource-agents");
        SimPacemaker cluster = SimPacemaker.in(directory.resolve("cluster"));
        try (MetadataNamespace other = MetadataNamespace.of(directory.resolve("two"), WEB_2.value(), "web-2")) {
            VmDocument one = document(WEB_1, 2, event(false));
            VmDocument two = document(WEB_2, 2, event(false));
            other.tell(document(WEB_1, 1), document(WEB_2, 1));
            check(other.command(cluster.agent("azure-events", "n2", "monitor")));
            guest.tell(one, two);
            other.tell(one, two);
            check(guest.command(cluster.agent("azure-events", "n1", "monitor")));
            check(other.command(cluster.agent("azure-events", "n2", "monitor")));
            other.await("approved e-1");
        }
    }

    @Test
    void amazonsClientForJavaReadsTheEvents() throws Exception {
        guest.tell(document(WEB_1, 2, event(false)));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(check(guest.command(
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        AwsSdkClient.class.getName(),
                        SCHEDULED,
                        "/latest/meta-data/events/maintenance/history")))
                .contains("\"Code\":\"system-maintenance\"", "\"NotBefore\":\"21 Jan 2031 09:00:43 GMT\"")
                .endsWith("[]");
    }

    @Test
    void amazonsClientForNodeReadsTheEvents() throws Exception {
        guest.tell(document(WEB_1, 2, event(false)));
        assertThat(node("""
                        const { MetadataService } = require('@aws-sdk/ec2-metadata-service');
                        const service = new MetadataService();
                        (async () => {
                          const token = await service.fetchMetadataToken();
                          const headers = { 'x-aws-ec2-metadata-token': token };
                          console.log(await service.request('%s', { headers }));
                        })().catch((e) => { console.error(e); process.exit(1); });
                        """.formatted(SCHEDULED))).contains("\"EventId\":\"e-1\"", "\"State\":\"active\"");
    }

    @Test
    void googlesClientForNodeFindsTheServiceAndHearsOfAChange() throws Exception {
        guest.tell(document(WEB_1, 1));
        assertThat(node("""
                        const gcp = require('gcp-metadata');
                        (async () => {
                          console.log(await gcp.isAvailable());
                          console.log(await gcp.instance('maintenance-event'));
                        })().catch((e) => { console.error(e); process.exit(1); });
                        """)).isEqualTo("true\nNONE");
        guest.tell(document(WEB_1, 2, event(true)));
        assertThat(node("""
                        const gcp = require('gcp-metadata');
                        const params = { wait_for_change: 'true', last_etag: '0', timeout_sec: '20' };
                        gcp.instance({ property: 'maintenance-event', params })
                          .then(console.log, (e) => { console.error(e); process.exit(1); });
                        """)).isEqualTo("MIGRATE_ON_HOST_MAINTENANCE");
    }
}
