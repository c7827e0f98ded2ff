package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Libvirt;
import dev.evenkeel.agent.migrate.Daemons;
import dev.evenkeel.agent.migrate.LiveMigration;
import dev.evenkeel.agent.migrate.LoadProbe;
import dev.evenkeel.agent.migrate.MigrationRequest;
import dev.evenkeel.agent.migrate.MigrationResult;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.MigrationModel;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Two hosts and three VMs, and a mover on each host that reaches the daemons by their Unix sockets, as an agent on the host does. What
 * goes between the hosts goes over their network.
 */
final class MigrationLab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Lab lab;
    private final Path records;
    private final LoadProbe loads = new LoadProbe();

    private MigrationLab(Lab lab, Path records) {
        this.lab = lab;
        this.records = records;
    }

    /** @param name the lab's, another for each class of tests: they run side by side */
    static MigrationLab up(String name) throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the lab needs root");
        assumeTrue(
                Libvirt.whyUnavailable().isEmpty(),
                () -> Libvirt.whyUnavailable().orElse(""));
        List<VmPlan> vms = List.of(
                VmPlan.small(1, "idle", "acme"),
                VmPlan.small(2, "busy", "acme").withMemory(256),
                VmPlan.small(3, "disk", "globex").withDisk());
        LabSpec spec = LabSpec.in(TestState.directory())
                .withName(TestState.lab(name))
                .withHosts(2)
                .withVms(vms)
                .withBeatPeriod(TestState.CALM);
        Lab.down(spec.state(), spec.name());
        return new MigrationLab(Lab.up(spec, Progress.on(System.out)), Files.createTempDirectory("moves"));
    }

    LabVm vm(String name) throws IOException {
        return lab.vm(name);
    }

    LoadProbe loads() {
        return loads;
    }

    /** The host where a VM with this id runs. */
    LabHost hostOf(VmId id) throws IOException {
        for (LabHost host : lab.hosts()) {
            if (host.virsh("list", "--uuid").contains(id.value())) {
                return host;
            }
        }
        throw new AssertionError(id + " runs nowhere");
    }

    LabHost hostOf(LabVm vm) throws IOException {
        return vm.host().orElseThrow(() -> new AssertionError(vm + " runs nowhere"));
    }

    LabHost other(LabHost host) {
        return lab.hosts().stream()
                .filter(h -> h.number() != host.number())
                .findFirst()
                .orElseThrow();
    }

    Connection open(LabHost host) {
        long init = lab.process(host.name()).orElseThrow().pid();
        return Connection.open("qemu+unix:///system?socket=/proc/" + init + "/root/run/libvirt/libvirt-sock");
    }

    /** The mover on a host. */
    LiveMigration moverOn(LabHost host) {
        Daemons daemons = new Daemons() {
            @Override
            public Connection local() {
                return open(host);
            }

            @Override
            public Connection at(String destinationUri) {
                return lab.hosts().stream()
                        .filter(h -> h.plainUri().equals(destinationUri))
                        .findFirst()
                        .map(MigrationLab.this::open)
                        .orElseThrow();
            }
        };
        return new LiveMigration(daemons, loads, records.resolve(host.name()), path -> false);
    }

    /** An order to move a VM to the other host, with two seconds of pause and no cap. */
    MigrationRequest away(LabVm vm) throws IOException {
        return away(vm, Duration.ofSeconds(2), false, null);
    }

    MigrationRequest away(LabVm vm, Duration maxPause, boolean postCopy, @Nullable Bytes cap) throws IOException {
        LabHost from = hostOf(vm);
        LabHost to = other(from);
        return new MigrationRequest(
                idOf(vm, from),
                to.plainUri(),
                to.address(),
                maxPause,
                postCopy,
                cap,
                Duration.ofMinutes(3),
                MigrationModel.DEFAULT);
    }

    private VmId idOf(LabVm vm, LabHost host) {
        try (Connection connection = open(host);
                Domain domain = connection.domain(vm.name()).orElseThrow()) {
            return new VmId(domain.id().toString());
        }
    }

    /** Waits until the VM's memory is on its way by whoever's order. */
    void awaitMoving(LabHost from, MigrationRequest request) throws IOException {
        awaitMoving(from, request, new CompletableFuture<>());
    }

    /** Begins a move on a thread of its own and waits until the VM's memory is on its way. */
    CompletableFuture<MigrationResult> start(LabHost from, LiveMigration mover, MigrationRequest request)
            throws IOException {
        CompletableFuture<MigrationResult> move = CompletableFuture.supplyAsync(
                () -> mover.migrate(request), r -> Thread.ofPlatform().start(r));
        awaitMoving(from, request, move);
        return move;
    }

    private void awaitMoving(LabHost from, MigrationRequest request, CompletableFuture<MigrationResult> move)
            throws IOException {
        UUID id = UUID.fromString(request.vm().value());
        try (Connection connection = open(from);
                Domain domain = connection.domain(id).orElseThrow()) {
            boolean moves =
                    Await.until(PATIENCE, () -> move.isDone() || domain.job().memoryIteration() > 0);
            assertThat(moves && !move.isDone())
                    .as(() -> "memory is on its way; the move: " + (move.isDone() ? move.join() : "not ended"))
                    .isTrue();
        }
    }

    /** The VM beats, has not restarted since then, and has found no damage in its memory or disk. */
    void assertUnharmed(LabVm vm, Instant since) throws IOException {
        Harm.assertNone(vm, since);
    }

    /** It runs on this host, and the other one knows nothing of it. */
    void assertOnlyOn(LabHost host, LabVm vm) throws IOException {
        assertThat(host.running()).contains(vm.name());
        assertThat(other(host).virsh("list", "--all", "--name").lines()).doesNotContain(vm.name());
    }

    String images(LabHost host) throws IOException {
        return host.exec("ls", "/var/lib/libvirt/images").out();
    }

    List<Path> openRecords() throws IOException {
        try (var files = Files.walk(records)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Override
    public void close() throws IOException {
        lab.close();
    }
}
