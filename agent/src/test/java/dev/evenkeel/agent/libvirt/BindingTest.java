package dev.evenkeel.agent.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The binding against libvirt's own make-believe hypervisor, which lives inside the client library and needs no daemon. */
class BindingTest {
    private static final String URI = "test:///default";
    private static final UUID GUEST = UUID.fromString("11111111-2222-3333-4444-555555555555");
    private static final String XML = """
            <domain type='test'><name>guest</name><uuid>%s</uuid><memory unit='MiB'>64</memory><vcpu>2</vcpu>
            <os><type>hvm</type></os></domain>""".formatted(GUEST);

    @BeforeAll
    static void libvirtIsInstalled() {
        assumeTrue(
                Libvirt.whyUnavailable().isEmpty(),
                () -> Libvirt.whyUnavailable().orElse(""));
    }

    @Test
    void tellsItsVersions() {
        try (Connection connection = Connection.open(URI)) {
            assertThat(Libvirt.version()).matches("\\d+\\.\\d+\\.\\d+");
            assertThat(connection.libvirtVersion()).isEqualTo(Libvirt.version());
            assertThat(connection.hypervisorVersion()).isNotBlank();
            assertThat(connection.isAlive()).isTrue();
        }
    }

    @Test
    void describesTheHost() {
        try (Connection connection = Connection.open(URI)) {
            HostFacts host = connection.host();
            assertThat(host.hostname()).isNotBlank();
            assertThat(host.node().cpus()).isEqualTo(16);
            assertThat(host.node().memoryBytes()).isEqualTo(3_145_728L * 1024);
            assertThat(host.capabilities()).contains("<capabilities>");
        }
    }

    @Test
    void listsAndFindsDomains() {
        try (Connection connection = Connection.open(URI);
                Domain created = connection.create(XML);
                Domains all = connection.domains();
                Domain found = connection.domain(GUEST).orElseThrow()) {
            assertThat(all).extracting(Domain::name).contains("test", "guest");
            assertThat(found.name()).isEqualTo(created.name()).isEqualTo("guest");
            assertThat(found.id()).isEqualTo(GUEST);
            assertThat(found.xml()).contains("<name>guest</name>");
            assertThat(connection.domain("nobody")).isEmpty();
            assertThat(connection.domain(UUID.randomUUID())).isEmpty();
        }
    }

    @Test
    void leadsADomainThroughItsLife() {
        try (Connection connection = Connection.open(URI);
                Domain guest = connection.define(XML)) {
            assertThat(guest.state().status()).isEqualTo(DomainState.Status.SHUT_OFF);
            assertThat(guest.isPersistent()).isTrue();
            guest.start();
            assertThat(guest.state().isRunning()).isTrue();
            guest.suspend();
            assertThat(guest.state().isPaused()).isTrue();
            guest.resume();
            guest.destroy();
            assertThat(guest.state().isActive()).isFalse();
            guest.undefine();
            assertThat(connection.domain(GUEST)).isEmpty();
        }
    }

    @Test
    void anErrorSaysWhatLibvirtSaid() {
        try (Connection connection = Connection.open(URI);
                Domain guest = connection.define(XML)) {
            assertThatThrownBy(guest::destroy)
                    .isInstanceOfSatisfying(
                            LibvirtException.class, e -> assertThat(e.code()).isEqualTo(LibvirtError.OPERATION_INVALID))
                    .hasMessageContaining("not running");
            assertThatThrownBy(() -> connection.define("<domain"))
                    .isInstanceOfSatisfying(
                            LibvirtException.class, e -> assertThat(e.code()).isEqualTo(LibvirtError.XML_SYNTAX));
            guest.undefine();
        }
        assertThatThrownBy(() -> Connection.open("qemu+tcp://127.0.0.1:1/system"))
                .isInstanceOf(LibvirtException.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void aListenerHearsADomainsLifeInOrder() throws Exception {
        BlockingQueue<DomainEvent> heard = new LinkedBlockingQueue<>();
        try (Connection connection = Connection.open(URI);
                AutoCloseable listening = connection.listen(heard::add);
                Domain guest = connection.create(XML)) {
            assertThat(listening).isNotNull();
            assertThat(nextChange(heard)).isEqualTo(DomainEvent.Change.STARTED);
            guest.suspend();
            assertThat(nextChange(heard)).isEqualTo(DomainEvent.Change.SUSPENDED);
            guest.resume();
            assertThat(nextChange(heard)).isEqualTo(DomainEvent.Change.RESUMED);
            guest.destroy();
            assertThat(nextChange(heard)).isEqualTo(DomainEvent.Change.STOPPED);
        }
    }

    @Test
    void aListenerThatThrowsDoesNotSilenceTheNextEvent() throws Exception {
        BlockingQueue<DomainEvent> heard = new LinkedBlockingQueue<>();
        try (Connection connection = Connection.open(URI);
                AutoCloseable listening = connection.listen(event -> {
                    heard.add(event);
                    throw new IllegalStateException("a bad listener, on purpose");
                });
                Domain guest = connection.create(XML)) {
            assertThat(listening).isNotNull();
            guest.destroy();
            assertThat(nextChange(heard)).isEqualTo(DomainEvent.Change.STARTED);
            assertThat(nextChange(heard)).isEqualTo(DomainEvent.Change.STOPPED);
        }
    }

    @Test
    void aClosedHandleRefusesInsteadOfCrashing() {
        Connection connection = Connection.open(URI);
        Domain guest = connection.domain("test").orElseThrow();
        connection.close();
        connection.close();
        assertThat(guest.name()).isEqualTo("test");
        guest.close();
        assertThatThrownBy(guest::name)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(connection::domains).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingUnderManyCallersIsSafe() throws Exception {
        try (BlockingCalls calls = new BlockingCalls(8)) {
            for (int round = 0; round < 50; round++) {
                Connection connection = Connection.open(URI);
                List<Future<Integer>> callers = IntStream.range(0, 6)
                        .mapToObj(i -> calls.start("listing", listUntilClosed(connection)))
                        .toList();
                connection.close();
                for (Future<Integer> caller : callers) {
                    assertThat(caller.get(10, TimeUnit.SECONDS)).isNotNegative();
                }
            }
        }
    }

    @Test
    void keepsVolumesInPools() {
        try (Connection connection = Connection.open(URI);
                StoragePool pool = connection.pool("default-pool").orElseThrow()) {
            assertThat(pool.availableBytes()).isPositive();
            try (StorageVolume volume = pool.createVolume(
                    "<volume><name>disk.raw</name><capacity unit='MiB'>1</capacity><target><format type='raw'/></target></volume>")) {
                assertThat(volume.path()).endsWith("disk.raw");
                assertThatThrownBy(() -> pool.createVolume(
                                "<volume><name>disk.raw</name><capacity unit='MiB'>1</capacity></volume>"))
                        .isInstanceOf(LibvirtException.class);
                volume.delete();
            }
            assertThat(pool.volume("disk.raw")).isEmpty();
            assertThat(connection.pool("no-such-pool")).isEmpty();
        }
    }

    @Test
    void aCallPastItsDeadlineLetsItsCallerGo() {
        try (BlockingCalls calls = new BlockingCalls(1)) {
            BlockingQueue<String> never = new LinkedBlockingQueue<>();
            assertThatThrownBy(() -> calls.call("waiting for nothing", Duration.ofMillis(20), never::take))
                    .isInstanceOfSatisfying(
                            LibvirtException.class,
                            e -> assertThat(e.code()).isEqualTo(LibvirtError.OPERATION_TIMEOUT));
            assertThatThrownBy(() -> calls.call("one too many", Duration.ofSeconds(1), () -> 1))
                    .isInstanceOfSatisfying(
                            LibvirtException.class, e -> assertThat(e.code()).isEqualTo(LibvirtError.RESOURCE_BUSY));
            never.add("go");
        }
    }

    private static Callable<Integer> listUntilClosed(Connection connection) {
        return () -> {
            int lists = 0;
            try {
                while (true) {
                    try (Domains all = connection.domains()) {
                        lists += all.all().size();
                    }
                }
            } catch (IllegalStateException e) {
                return lists;
            }
        };
    }

    private static DomainEvent.Change nextChange(BlockingQueue<DomainEvent> heard) throws InterruptedException {
        while (true) {
            DomainEvent event = heard.poll(10, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("no event within ten seconds");
            }
            if (event instanceof DomainEvent.LifecycleChanged c && !c.name().equals("test")) {
                return c.change();
            }
        }
    }
}
