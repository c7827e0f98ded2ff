package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VMs of one host get new VMM processes while their memory stays where it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandoverTest implements OddVmmTests, BrokenHopTests, FullDiskTests {
    /** How long the resolver waits for a name server before it asks again (resolv.conf(5)). */
    private static final Duration RESOLVER_PATIENCE = Duration.ofSeconds(5);

    private HandoverLab lab;
    private LabHost host;

    @BeforeAll
    void up() throws IOException {
        lab = HandoverLab.up();
        host = lab.host;
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    /** What one test has broken is not waited for by all that come after it. */
    @BeforeEach
    void theVmsRun() throws IOException {
        Command.Result running = host.command(List.of("virsh", "list", "--name", "--state-running"))
                .within(HandoverLab.PATIENCE)
                .run();
        assertThat(running.out()).as(running.err()).contains("busy", "disk", "private");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        lab.vm("busy").load(0, 1);
        lab.assertNothingIsLeft();
    }

    @Override
    public HandoverLab lab() {
        return lab;
    }

    @Test
    void aBusyVmGetsANewProcessAndKeepsItsMemory() throws IOException {
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        String process = lab.process(vm);
        String defined = host.virsh("dumpxml", "--inactive", "busy");
        Instant before = Instant.now();
        lab.handsOver("busy");
        Instant after = Instant.now();
        assertThat(lab.process(vm)).isNotEqualTo(process);
        lab.assertUnharmed(vm, before);
        assertThat(host.virsh("dumpxml", "--inactive", "busy")).isEqualTo(defined);
        assertThat(host.virsh("list", "--name")).contains("busy");
        assertThat(vm.pulse().stop(before, after)).isPresent();
    }

    @Test
    void nobodyButRootReachesTheSecondDaemon() throws Exception {
        HandoverLab.Handover handover = lab.begin("busy");
        assertThat(Await.until(
                        HandoverLab.PATIENCE,
                        () -> host.exec("test", "-S", "/run/evenkeel/second/run/libvirt-sock")
                                .ok()))
                .isTrue();
        assertThat(host.exec("stat", "-c", "%a %U", "/run/evenkeel/second")
                        .out()
                        .strip())
                .isEqualTo("700 root");
        assertThat(handover.ends()).isZero();
    }

    @Test
    void aVmGoesOnWritingToItsDisk() throws IOException {
        LabVm vm = lab.vm("disk");
        Instant before = Instant.now();
        lab.handsOver("disk");
        lab.assertUnharmed(vm, before);
        assertThat(host.virsh("domblklist", "disk")).contains("disk.qcow2");
    }

    /** A daemon that is a hop's destination wants its own host's full name while the VM stands still. */
    @Test
    void aNameServerThatDoesNotAnswerIsNotWaitedFor() throws IOException {
        LabVm vm = lab.vm("busy");
        host.exec("sh", "-c", "cp /etc/resolv.conf /run/resolv.conf; echo nameserver 10.77.0.250 >/etc/resolv.conf");
        try {
            Instant before = Instant.now();
            lab.handsOver("busy");
            Instant after = Instant.now();
            lab.assertUnharmed(vm, before);
            assertThat(vm.pulse().stop(before, after))
                    .hasValueSatisfying(stop -> assertThat(stop).isLessThan(RESOLVER_PATIENCE));
        } finally {
            host.exec("sh", "-c", "cat /run/resolv.conf >/etc/resolv.conf; rm /run/resolv.conf");
        }
    }

    @Test
    void aVmWhoseMemoryIsItsProcesssOwnIsRefusedAndNotTouched() throws IOException {
        LabVm vm = lab.vm("private");
        String process = lab.process(vm);
        Instant before = Instant.now();
        Command.Result refused = lab.handover("private");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("MEMORY_NOT_SHARED").contains("<memoryBacking>");
        assertThat(lab.process(vm)).isEqualTo(process);
        lab.assertUnharmed(vm, before);
    }

    /** A VMM that still left shared memory out of its streams would save a VM without its memory. */
    @Test
    void aLaterSaveHoldsAllMemory() throws IOException {
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        lab.handsOver("busy");
        Instant before = Instant.now();
        host.virsh("save", "busy", "/var/tmp/busy.save");
        long size = Long.parseLong(
                host.exec("stat", "-c", "%s", "/var/tmp/busy.save").out().strip());
        host.virsh("restore", "/var/tmp/busy.save");
        host.exec("rm", "/var/tmp/busy.save");
        assertThat(size).isGreaterThan(64L << 20);
        lab.assertUnharmed(vm, before);
        assertThat(lab.handover("busy").exit())
                .as("a restored VM can be handed over")
                .isZero();
    }

    /** The hand-over goes to its end, or back to its beginning, in the hands of the next agent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "test -e /run/evenkeel/second/run/libvirt-sock",
                "grep -qs second /run/evenkeel/handover/*/to",
                "ls /dev/shm/libvirt/evenkeel-second/libvirt/qemu/*-busy/pc.ram",
                "grep -qs home /run/evenkeel/handover/*/to",
            })
    void anAgentThatIsKilledOnTheWayCostsNothing(String moment) throws Exception {
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        Instant before = Instant.now();
        HandoverLab.Handover handover = lab.begin("busy");
        assertThat(Await.until(
                        HandoverLab.PATIENCE,
                        () -> host.exec("sh", "-c", moment).ok()))
                .as(moment)
                .isTrue();
        host.exec("sh", "-c", "kill -9 $(cat /run/lab/handover.pid)");
        handover.ends();
        lab.assertUnharmed(vm, before);
        lab.handsOver("busy");
        lab.assertUnharmed(vm, before);
        assertThat(host.virsh("list", "--name")).contains("busy");
    }
}
