package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A host that is closed for maintenance takes no VM, by anybody's hand, and what closed it does not outlive its reason. */
class ClosedHostTest {
    private static final String NAME = TestState.lab("closed");
    private static final String HOOK = "/etc/libvirt/hooks/qemu.d/evenkeel";
    private static final String MARK = "/var/lib/evenkeel/closed-for-maintenance";
    private static final Path STATE = TestState.directory();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static Lab lab;
    private static LabHost host;

    @BeforeAll
    static void up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        lab = Lab.up(
                LabSpec.in(STATE)
                        .withName(NAME)
                        .withHosts(2)
                        .withVms(List.of(VmPlan.small(1, "one", "acme")))
                        .withControlPlane(true),
                Progress.on(System.out));
        LabHost home = lab.vm("one").host().orElseThrow();
        host = lab.hosts().stream()
                .filter(h -> h.number() != home.number())
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    static void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    private static void close() throws IOException {
        host.command(List.of("sh", "-c", "echo $(cat /proc/sys/kernel/random/boot_id) run-7/3 >" + MARK))
                .check();
    }

    private static void open() throws IOException {
        host.command(List.of("rm", "-f", MARK)).check();
    }

    /** A VM of nobody's, started by hand; it is gone when this returns. */
    private static Command.Result startsByHand() throws IOException {
        String xml = "<domain type='qemu'><name>by-hand</name><memory unit='MiB'>16</memory><vcpu>1</vcpu>"
                + "<os><type arch='x86_64'>hvm</type></os><on_poweroff>destroy</on_poweroff>"
                + "<devices><controller type='usb' model='none'/><memballoon model='none'/></devices></domain>";
        Command.Result result = host.command(
                        List.of("virsh", "-q", "-c", "qemu:///system", "create", "--paused", "/dev/stdin"))
                .withInput(xml)
                .run();
        host.tryVirsh("destroy", "by-hand");
        return result;
    }

    @Test
    void a_closed_host_takes_no_vm_and_an_open_one_does() throws Exception {
        Instant began = Instant.now();
        LabHost home = lab.vm("one").host().orElseThrow();
        close();
        try {
            Command.Result started = startsByHand();
            assertThat(started.ok()).as("a start by hand").isFalse();
            assertThat(started.complaint()).contains("closed for maintenance", "evenkeel run show run-7");
            Command.Result moved = home.tryVirsh(
                    "migrate", "--live", "--p2p", "--persistent", "--undefinesource", "one", host.plainUri());
            assertThat(moved.ok()).as("a migration by hand").isFalse();
            assertThat(moved.complaint()).contains("closed for maintenance");
        } finally {
            open();
        }
        assertThat(lab.vm("one").hosts()).extracting(LabHost::name).containsExactly(home.name());
        assertThat(lab.vm("one").awaitBeat(Instant.now(), PATIENCE))
                .as("it beats")
                .isTrue();
        Pulse pulse = lab.vm("one").pulse(began.minusSeconds(5));
        assertThat(pulse.restarts(began, Instant.now())).isZero();
        assertThat(startsByHand().ok()).as("a start on the open host").isTrue();
    }

    @Test
    void a_hook_that_came_after_its_daemon_is_asked_once_that_has_reloaded() throws Exception {
        host.command(List.of("mv", HOOK, "/root/hook")).check();
        host.command(List.of("systemctl", "restart", "libvirtd")).check();
        host.awaitLibvirtd(PATIENCE);
        host.command(List.of("mv", "/root/hook", HOOK)).check();
        close();
        try {
            host.command(List.of("systemctl", "reload", "libvirtd")).check();
            assertThat(Await.until(PATIENCE, () -> !startsByHand().ok()))
                    .as("it is asked")
                    .isTrue();
        } finally {
            open();
        }
    }

    @Test
    void what_an_earlier_life_of_the_agent_left_closed_is_opened() throws Exception {
        close();
        host.killAgent();
        assertThat(Await.until(PATIENCE, () -> !host.exec("test", "-e", MARK).ok()))
                .as("the host is open again")
                .isTrue();
    }
}
