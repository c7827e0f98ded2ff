package dev.evenkeel.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.server.SomeVm;
import dev.evenkeel.store.HostRecord;
import dev.evenkeel.wire.link.Report.Inventory;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownHostTest {
    private static final HostId HOST = new HostId("h1");
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

    private final KnownHost host = new KnownHost(new HostRecord(
            HOST,
            new Topology("eu", "eu-1", "r1", new MigrationDomainId("default")),
            false,
            null,
            null,
            null,
            List.of(),
            null));

    @Test
    void aVmThatItsHostHasSeenIsNotTakenForWhatItWasBeforeItMoved() {
        host.take(new Inventory(false, NOW, null, List.of(vm("11.1.3")), List.of()), NOW);

        host.arrives(vm("10.0.2"));

        assertThat(host.vms()).extracting(Vm::vmmVersion).containsExactly("11.1.3");
    }

    @Test
    void aVmThatItsHostHasNotSeenYetIsKnownToBeThere() {
        host.arrives(vm("10.0.2"));
        assertThat(host.vms()).extracting(Vm::vmmVersion).containsExactly("10.0.2");

        host.take(new Inventory(false, NOW, null, List.of(vm("11.1.3")), List.of()), NOW);
        assertThat(host.vms()).extracting(Vm::vmmVersion).containsExactly("11.1.3");
    }

    @Test
    void aVmThatTheHostMissesBeforeItsMoveIsToldIsStillTheOneThatMoved() {
        host.take(new Inventory(true, NOW, null, List.of(vm("11.1.3")), List.of()), NOW);
        host.take(new Inventory(true, NOW, null, List.of(), List.of()), NOW);
        assertThat(host.vms()).isEmpty();

        assertThat(host.leaves(vm("11.1.3").id())).isEqualTo(vm("11.1.3"));
        assertThat(host.leaves(vm("11.1.3").id())).isNull();
    }

    private static Vm vm(String vmm) {
        return SomeVm.on(HOST, "5f6ad0a4-6c1c-4c5e-9d5b-1f0c4a1f9a01")
                .named("web-1")
                .runs(vmm)
                .vm();
    }
}
