package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** VMs of one host get new VMM processes while their memory stays where it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandoverTest {
    private static final Path STATE = TestState.directory();
    private static final String NAME = "handover";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long the resolver waits for a name server before it asks again (resolv.conf(5)). */
    private static final Duration RESOLVER_PATIENCE = Duration.ofSeconds(5);

    private Lab lab;
    private LabHost host;

    @BeforeAll
    void up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        LabSpec spec = LabSpec.in(STATE)
                .withName(NAME)
                .withHosts(1)
                .withVms(List.of(
                        VmPlan.small(1, "busy", "acme").withMemory(256).withSharedMemory(),
                        VmPlan.small(2, "disk", "acme").withDisk().withSharedMemory(),
                        VmPlan.small(3, "private", "globex")))
                .withBeatPeriod(Duration.ofMillis(10));
        lab = Lab.up(spec, Progress.on(System.out));
        host = lab.host("h1");
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        lab.vm("busy").load(0, 1);
        assertThat(host.exec("find", "/run/evenkeel", "-type", "f").out()).isEmpty();
        assertThat(host.exec("find", "/dev/shm", "-path", "*evenkeel-kept/*").out())
                .as("second names of memory")
                .isEmpty();
        assertThat(host.exec("find", "/dev/shm", "-type", "f", "-name", "*.ram")
                        .out()
                        .lines())
                .as("one file of memory for each VM that shares it")
                .hasSize(2);
        assertThat(host.exec("sh", "-c", "ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c bin/libvirtd")
                        .out()
                        .strip())
                .as("the operator's daemon only")
                .isEqualTo("1");
        assertThat(host.exec("find", "/var/lib/libvirt/qemu", "-maxdepth", "1", "-name", "evenkeel*")
                        .out())
                .isEmpty();
    }

    @Test
    void aBusyVmGetsANewProcessAndKeepsItsMemory() throws IOException {
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        String process = process(vm);
        String defined = host.virsh("dumpxml", "--inactive", "busy");
        Instant before = Instant.now();
        assertThat(handover("busy").exit()).isZero();
        Instant after = Instant.now();
        assertThat(process(vm)).isNotEqualTo(process);
        assertUnharmed(vm, before);
        assertThat(host.virsh("dumpxml", "--inactive", "busy")).isEqualTo(defined);
        assertThat(host.virsh("list", "--name")).contains("busy");
        assertThat(vm.pulse().stop(before, after)).isPresent();
    }

    @Test
    void nobodyButRootReachesTheSecondDaemon() throws Exception {
        Process process = host.command(List.of("sh", "-c", "exec " + quoted(words("busy"))))
                .detach(Files.createTempFile("handover", ".log"));
        assertThat(Await.until(
                        PATIENCE,
                        () -> host.exec("test", "-S", "/run/evenkeel/second/run/libvirt-sock")
                                .ok()))
                .isTrue();
        assertThat(host.exec("stat", "-c", "%a %U", "/run/evenkeel/second")
                        .out()
                        .strip())
                .isEqualTo("700 root");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void aVmGoesOnWritingToItsDisk() throws IOException {
        LabVm vm = lab.vm("disk");
        Instant before = Instant.now();
        assertThat(handover("disk").exit()).isZero();
        assertUnharmed(vm, before);
        assertThat(host.virsh("domblklist", "disk")).contains("disk.qcow2");
    }

    /** A daemon that is a hop's destination wants its own host's full name while the VM stands still. */
    @Test
    void aNameServerThatDoesNotAnswerIsNotWaitedFor() throws IOException {
        LabVm vm = lab.vm("busy");
        host.exec("sh", "-c", "cp /etc/resolv.conf /run/resolv.conf; echo nameserver 10.77.0.250 >/etc/resolv.conf");
        try {
            Instant before = Instant.now();
            assertThat(handover("busy").exit()).isZero();
            Instant after = Instant.now();
            assertUnharmed(vm, before);
            assertThat(vm.pulse().stop(before, after))
                    .hasValueSatisfying(stop -> assertThat(stop).isLessThan(RESOLVER_PATIENCE));
        } finally {
            host.exec("sh", "-c", "cat /run/resolv.conf >/etc/resolv.conf; rm /run/resolv.conf");
        }
    }

    @Test
    void aVmWhoseMemoryIsItsProcesssOwnIsRefusedAndNotTouched() throws IOException {
        LabVm vm = lab.vm("private");
        String process = process(vm);
        Instant before = Instant.now();
        Command.Result refused = handover("private");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("MEMORY_NOT_SHARED").contains("<memoryBacking>");
        assertThat(process(vm)).isEqualTo(process);
        assertUnharmed(vm, before);
    }

    /** A VMM that still left shared memory out of its streams would save a VM without its memory. */
    @Test
    void aLaterSaveHoldsAllMemory() throws IOException {
        LabVm vm = lab.vm("busy");
        vm.load(40, 64);
        assertThat(handover("busy").exit()).isZero();
        Instant before = Instant.now();
        host.virsh("save", "busy", "/var/tmp/busy.save");
        long size = Long.parseLong(
                host.exec("stat", "-c", "%s", "/var/tmp/busy.save").out().strip());
        host.virsh("restore", "/var/tmp/busy.save");
        host.exec("rm", "/var/tmp/busy.save");
        assertThat(size).isGreaterThan(64L << 20);
        assertUnharmed(vm, before);
        assertThat(handover("busy").exit())
                .as("a restored VM can be handed over")
                .isZero();
    }

    @Test
    void aVmmThatDoesNotStartCostsNothing() throws IOException {
        LabVm vm = lab.vm("busy");
        String process = process(vm);
        Instant before = Instant.now();
        host.exec("mount", "--bind", "/bin/false", "/usr/bin/qemu-system-x86_64");
        try {
            Command.Result failed = handover("busy");
            assertThat(failed.exit()).isEqualTo(2);
            assertThat(failed.out()).contains("HANDOVER_FAILED");
        } finally {
            host.exec("umount", "/usr/bin/qemu-system-x86_64");
        }
        assertThat(process(vm)).isEqualTo(process);
        assertUnharmed(vm, before);
        assertThat(handover("busy").exit()).as("the next one works").isZero();
    }

    /** QEMU itself does not notice a device of which the stream says nothing. */
    @Test
    void aNewProcessWithADeviceTooManyIsNotGivenTheVm() throws IOException {
        LabVm vm = lab.vm("busy");
        String process = process(vm);
        Instant before = Instant.now();
        host.exec("sh", "-c", """
                cp -a /usr/bin/qemu-system-x86_64 /usr/bin/qemu-real
                printf '#!/bin/sh\ncase "$*" in *-incoming*) set -- "$@" -device virtio-rng-pci,addr=0x1e;; esac\n\
                exec /usr/bin/qemu-real "$@"\n' >/run/qemu-more
                chmod 755 /run/qemu-more
                mount --bind /run/qemu-more /usr/bin/qemu-system-x86_64""");
        try {
            Command.Result failed = handover("busy");
            assertThat(failed.exit()).as(failed.out() + failed.err()).isEqualTo(2);
            assertThat(failed.out()).contains("virtio-rng");
        } finally {
            host.exec("umount", "/usr/bin/qemu-system-x86_64");
            host.exec("rm", "/usr/bin/qemu-real", "/run/qemu-more");
        }
        assertThat(process(vm)).isEqualTo(process);
        assertUnharmed(vm, before);
    }

    /** A new process that hangs on the way is ended before it has run the VM, and the old one goes on. */
    @Test
    void aVmWhoseNewProcessHangsGoesOnInItsOldOne() throws Exception {
        LabVm vm = lab.vm("busy");
        String process = process(vm);
        Instant before = Instant.now();
        String stop = "until [ -e /run/evenkeel/handover/*/io/stream ]; do :; done;"
                + " kill -STOP $(cat /run/evenkeel/second/run/qemu/busy.pid)";
        Process hanging = host.command(List.of("sh", "-c", stop)).detach(Files.createTempFile("hang", ".log"));
        Command.Result failed = handover("busy");
        assertThat(hanging.waitFor()).isZero();
        assertThat(failed.exit()).as(failed.out() + failed.err()).isEqualTo(2);
        assertThat(failed.out()).contains("ended before it ran the VM");
        assertThat(process(vm)).isEqualTo(process);
        assertUnharmed(vm, before);
        assertThat(handover("busy").exit()).as("the next one works").isZero();
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
        Process process = host.command(List.of("sh", "-c", "echo $$ >/run/handover.pid; exec " + quoted(words("busy"))))
                .detach(Files.createTempFile("handover", ".log"));
        assertThat(Await.until(PATIENCE, () -> host.exec("sh", "-c", moment).ok()))
                .as(moment)
                .isTrue();
        host.exec("sh", "-c", "kill -9 $(cat /run/handover.pid)");
        process.waitFor();
        assertUnharmed(vm, before);
        assertThat(handover("busy").exit()).isZero();
        assertUnharmed(vm, before);
        assertThat(host.virsh("list", "--name")).contains("busy");
    }

    private static String quoted(List<String> words) {
        return String.join(" ", words).replace("*", "'*'");
    }

    private static List<String> words(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "/opt/evenkeel/jdk/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                "/opt/evenkeel/lib/*",
                "dev.evenkeel.agent.Main",
                "handover"));
        words.addAll(List.of(more));
        return words;
    }

    private Command.Result handover(String... words) throws IOException {
        Command.Result result =
                host.command(words(words)).within(Duration.ofMinutes(3)).run();
        System.out.println(result.out() + result.err());
        return result;
    }

    private String process(LabVm vm) throws IOException {
        return host.exec("cat", "/run/libvirt/qemu/" + vm.name() + ".pid").out().strip();
    }

    private void assertUnharmed(LabVm vm, Instant since) throws IOException {
        Instant now = Instant.now();
        assertThat(vm.awaitBeat(now, PATIENCE)).as(vm + " beats").isTrue();
        Pulse pulse = vm.pulse();
        assertThat(pulse.restarts(since, now)).as("restarts of " + vm).isZero();
        assertThat(pulse.badPages(since, now)).as("damage in " + vm).isZero();
        assertThat(pulse.doubled(since, now)).as("beats of a second " + vm).isZero();
    }
}
