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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The lab itself: that its hosts are hosts, that what is done to them happens, and that nothing of it is left. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LabTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String NAME = TestState.lab("lab");
    private static final Path STATE = TestState.directory();

    private static Lab lab;
    private static LabHost one;
    private static LabHost two;
    private static LabVm vm;

    @BeforeAll
    static void up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        LabSpec spec = LabSpec.in(STATE)
                .withName(NAME)
                .withHosts(2)
                .withVms(List.of(
                        VmPlan.small(1, "busy", "acme").withMemory(160).withLoad(10, 24),
                        VmPlan.small(2, "disk", "acme").withDisk()));
        lab = Lab.up(spec, Progress.on(System.out));
        one = lab.host("h1");
        two = lab.host("h2");
        vm = lab.vm("busy");
    }

    @AfterAll
    static void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    @Order(1)
    void a_vm_moves_by_virsh_and_its_pause_is_seen_from_outside() throws IOException {
        Instant from = Instant.now();
        one.virsh("migrate", "--live", "--p2p", "--persistent", "--undefinesource", "busy", two.plainUri());
        Instant to = Instant.now();
        assertThat(vm.awaitBeat(to.plusSeconds(1), PATIENCE)).isTrue();

        assertThat(vm.host()).get().hasToString("h2");
        Pulse pulse = vm.pulse();
        assertThat(pulse.restarts(Instant.EPOCH, Instant.now())).isZero();
        assertThat(pulse.doubled(Instant.EPOCH, Instant.now())).isZero();
        assertThat(pulse.badPages(Instant.EPOCH, Instant.now())).isZero();
        assertThat(pulse.gap(from, to)).isPositive();
        assertThat(pulse.stop(from, to)).hasValueSatisfying(stop -> {
            assertThat(stop).isPositive().isLessThan(pulse.gap(from, to).plusMillis(20));
        });
    }

    @Test
    @Order(2)
    void a_disk_moves_along() throws IOException {
        two.virsh(
                "migrate",
                "--live",
                "--p2p",
                "--persistent",
                "--undefinesource",
                "--copy-storage-all",
                "disk",
                one.plainUri());
        Instant moved = Instant.now();
        assertThat(lab.vm("disk").awaitBeat(moved.plusSeconds(2), PATIENCE)).isTrue();
        assertThat(lab.vm("disk").pulse().badPages(Instant.EPOCH, Instant.now()))
                .isZero();
        assertThat(lab.vm("disk").host()).get().hasToString("h1");
    }

    @Test
    @Order(3)
    void a_guest_answers_and_changes_its_load() throws IOException {
        vm.load(20, 16);
        assertThat(vm.ask("stat")).contains("rate=20", "ws=16", "bad=0");
        assertThat(two.virsh("qemu-agent-command", "busy", "{\"execute\":\"guest-ping\"}"))
                .contains("return");
    }

    @Test
    @Order(4)
    void a_cut_between_two_hosts_is_theirs_alone_and_mends() throws IOException {
        assertThat(reaches(one, two)).isTrue();
        one.stopLink(two);
        assertThat(reaches(one, two)).isFalse();
        assertThat(lab.exec(knock(one)).ok()).isTrue();
        assertThat(lab.exec(knock(two)).ok()).isTrue();
        one.restoreLink(two);
        assertThat(reaches(one, two)).isTrue();
        two.stopLink();
        assertThat(reaches(one, two)).isFalse();
        two.restoreLink();
        assertThat(Await.until(PATIENCE, () -> reaches(one, two))).isTrue();
    }

    @Test
    @Order(5)
    void a_killed_libvirtd_comes_back_and_its_vms_never_noticed() throws IOException {
        Instant from = Instant.now();
        two.killLibvirtd();
        assertThat(Await.until(PATIENCE, () -> !two.tryVirsh("version").ok())).isTrue();
        two.awaitLibvirtd(PATIENCE);
        assertThat(two.running()).contains("busy");
        assertThat(vm.awaitBeat(Instant.now(), PATIENCE)).isTrue();
        assertThat(vm.pulse().restarts(from, Instant.now())).isZero();
    }

    @Test
    @Order(6)
    void a_crashed_host_takes_its_vms_with_it_and_comes_back_with_its_disk() throws IOException {
        two.exec("sh", "-c", "echo kept >/root/kept").ok();
        Instant crash = Instant.now();
        two.crash();
        assertThat(two.alive()).isFalse();
        two.start();
        assertThat(two.exec("cat", "/root/kept").out()).contains("kept");
        assertThat(two.virsh("list", "--all", "--name")).contains("busy");
        assertThat(two.running()).doesNotContain("busy");
        two.virsh("start", "busy");
        assertThat(vm.awaitBeat(Instant.now(), PATIENCE)).isTrue();
        assertThat(vm.pulse().restarts(crash, Instant.now())).isEqualTo(1);
        assertThat(vm.pulse().doubled(crash, Instant.now())).isZero();
    }

    @Test
    @Order(7)
    void another_process_can_attach() throws IOException {
        Lab same = Lab.attach(STATE, NAME);
        assertThat(same.hosts()).hasToString("[h1, h2]");
        assertThat(same.vm("disk").host()).get().hasToString("h1");
        assertThat(same.process("collector")).isPresent();
    }

    @Test
    @Order(99)
    void nothing_is_left_when_it_goes() throws IOException {
        Traces traces = Traces.of(lab);
        lab.close();
        traces.assertGone();
    }

    private static boolean reaches(LabHost from, LabHost to) throws IOException {
        return from.exec(knock(to)).ok();
    }

    /** Hosts and this machine may have no ping: a TCP connection to the other's libvirtd says as much. */
    private static String[] knock(LabHost at) {
        return new String[] {"timeout", "3", "bash", "-c", "echo >/dev/tcp/" + at.address() + "/16509"};
    }
}
