package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.SHARD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Severity;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.link.VmDocument;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Hosts, updates and what observers saw. */
class RegistryTest {
    private static final HostId H1 = new HostId("h1");
    private static final Topology RACK_A = new Topology("eu", "eu-1", "a", SHARD);

    private final PgStore store = TestDatabase.store();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    @Test
    void aHostIsKnownFromItsJoinAndKeepsWhatItLastTold() {
        PgHosts hosts = store.hosts();
        hosts.enrol(new HostId("h2"), RACK_A);
        hosts.enrol(H1, RACK_A);
        assertThat(hosts.all()).extracting(HostRecord::id).containsExactly(H1, new HostId("h2"));
        assertThat(hosts.all().getFirst())
                .isEqualTo(new HostRecord(H1, RACK_A, false, null, null, null, List.of(), null));

        hosts.observed(H1, facts(), List.of(vm()), NOW);
        hosts.cordon(H1, true, "a fan is loud");
        hosts.dedicate(H1, new TenantId("acme"));
        Topology moved = new Topology("eu", "eu-1", "b", SHARD);
        hosts.enrol(H1, moved);
        assertThat(hosts.all().getFirst())
                .isEqualTo(new HostRecord(
                        H1, moved, true, "a fan is loud", new TenantId("acme"), facts(), List.of(vm()), NOW));

        hosts.dedicate(H1, null);
        assertThat(hosts.all().getFirst().dedicatedTo()).isNull();
        hosts.cordon(H1, false, null);
        hosts.observed(new HostId("never-joined"), facts(), List.of(), NOW);
        assertThat(hosts.all()).hasSize(2);
        assertThat(hosts.all().getFirst().cordoned()).isFalse();
    }

    @Test
    void anUpdateIsPublishedOnceAndListedNewestFirst() {
        PgUpdates updates = store.updates();
        Update first = update("qemu-11.1", "the new one");
        assertThat(updates.publish(first)).isEmpty();
        assertThat(updates.publish(update("qemu-11.1", "another of that name"))).contains(first);
        assertThat(updates.publish(update("qemu-11.2", "a newer one"))).isEmpty();

        assertThat(updates.find(first.id())).contains(first);
        assertThat(updates.find(new UpdateId("none"))).isEmpty();
        assertThat(updates.list(null, 10)).extracting(it -> it.id().value()).containsExactly("qemu-11.2", "qemu-11.1");
        assertThat(updates.list(new UpdateId("qemu-11.2"), 10)).containsExactly(first);
        assertThat(updates.list(null, 1)).hasSize(1);
    }

    @Test
    void anObservationBelongsToTheInterruptionsOfItsVmThatItOverlaps() {
        PgObservations observations = store.observations();
        var first = Runs.ledgerEntry("r1", "vm-1", "acme"); // from NOW to 3 s later
        var second = Runs.ledgerEntry("r1", "vm-2", "acme");
        Observation before = seen("vm-1", -10, -1);
        Observation during = seen("vm-1", -1, 2);
        Observation again = seen("vm-1", 2, 5);
        List.of(before, during, again).forEach(observations::add);

        assertThat(observations.of(List.of(first, second))).isEqualTo(Map.of(first, again));
        assertThat(observations.of(List.of(second))).isEmpty();
        assertThat(observations.of(List.of())).isEmpty();
    }

    @Test
    void aVmsDocumentIsReplacedOnlyByTheNext() {
        PgVmDocuments documents = store.vmDocuments();
        VmDocument second = new VmDocument(vm().id(), 2, List.of(), List.of());
        assertThat(documents.put(second)).isTrue();
        assertThat(documents.put(second)).as("somebody else was first").isFalse();
        assertThat(documents.put(new VmDocument(vm().id(), 4, List.of(), List.of())))
                .isFalse();
        assertThat(documents.all()).containsExactly(second);

        ScheduledEvent event = new ScheduledEvent(
                new EventId("e-1"),
                EventKind.REBOOT,
                List.of(vm().id()),
                true,
                NOW.plusNanos(123),
                Duration.ofSeconds(9),
                "A new kernel.",
                true);
        VmDocument third = new VmDocument(
                vm().id(),
                3,
                List.of(new VmDocument.Told(event, List.of("web-a"))),
                List.of(new VmDocument.Past(event, true, NOW)));
        assertThat(documents.put(third)).isTrue();
        assertThat(documents.all()).containsExactly(third);
    }

    private static Observation seen(String vm, int from, int to) {
        return new Observation(
                new VmId(vm), NOW.plusSeconds(from), NOW.plusSeconds(to), Duration.ofMillis(120), null, null, false);
    }

    private static HostFacts facts() {
        return new HostFacts(
                "h1.example",
                "10.77.0.11",
                "x86_64",
                "qemu64",
                2,
                Bytes.ofMiB(4096),
                new TreeMap<>(Map.of("qemu", "10.0.2", "kernel", "6.1.0")),
                new TreeSet<>(List.of("post-copy")));
    }

    private static Vm vm() {
        return new Vm(
                new VmId("6e9f5b7c-0000-4000-8000-000000000001"),
                "web-a",
                new TenantId("acme"),
                H1,
                VmState.RUNNING,
                Bytes.ofMiB(256),
                1,
                null,
                Intent.DEFAULT,
                "10.0.2",
                List.of(Refusal.of("HOST_DEVICE", "a passed-through device")),
                Bytes.ofKiB(12),
                true,
                true,
                false,
                List.of(Refusal.of("MEMORY_NOT_SHARED", "its memory is its own")));
    }

    private static Update update(String id, String title) {
        return new Update(
                new UpdateId(id),
                "11.1",
                Component.VMM,
                Severity.IMPORTANT,
                title,
                Map.of(),
                new TreeMap<>(Map.of("qemu", "11.1")));
    }
}
