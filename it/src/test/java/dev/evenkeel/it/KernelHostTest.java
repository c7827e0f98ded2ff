package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.lab.HostKind;
import dev.evenkeel.lab.KernelHosts;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
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
import tools.jackson.databind.JsonNode;

/** A host with a kernel of its own: that it is a host like the others, and has what the others cannot have. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KernelHostTest {
    private static final String NAME = "kerneltest";
    private static final Path STATE = TestState.directory();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static Lab lab;
    private static LabHost host;
    private static LabVm vm;

    @BeforeAll
    static void up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        LabSpec spec = LabSpec.in(STATE)
                .withName(NAME)
                .withVms(0)
                .withKernelHosts(KernelHosts.of(1))
                .withHosts(0)
                .withControlPlane(true);
        lab = Lab.up(spec, Progress.on(System.out));
        host = lab.host("h1");
        vm = lab.vm("initech-core");
    }

    @AfterAll
    static void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    @Order(1)
    void it_joins_the_fleet_and_says_what_kernel_it_runs() throws Exception {
        assertThat(host.kind()).isEqualTo(HostKind.KERNEL);
        String kernel = text("uname", "-r");
        assertThat(kernel).matches("6\\.1\\.0-\\d+-cloud-amd64");
        assertThat(kernel).isNotEqualTo(Command.of("uname", "-r").check().strip());
        Evenkeel evenkeel = new Evenkeel(lab);
        Waits.await(PATIENCE, "the host is in the fleet", () -> {
            JsonNode seen = evenkeel.json("host", "show", "h1");
            return seen.at("/versions/kernel").asString().equals(kernel)
                    && seen.get("capabilities").toString().contains("\"preserve-kernel\"");
        });
        Waits.await(
                PATIENCE,
                "its VM is in the fleet",
                () -> evenkeel.list("vm", "ls").stream()
                        .anyMatch(v -> v.toString().contains("\"RUNNING\"")));
    }

    @Test
    @Order(2)
    void a_nested_vm_beats_and_its_memory_lies_where_it_outlives_the_kernel() throws IOException {
        Instant from = Instant.now();
        assertThat(vm.awaitBeat(from.plusSeconds(5), PATIENCE)).isTrue();
        Instant now = Instant.now();
        Pulse pulse = vm.pulse();
        assertThat(pulse.restarts(Instant.EPOCH, now)).isZero();
        assertThat(pulse.badPages(Instant.EPOCH, now)).isZero();
        assertThat(vm.host()).get().hasToString("h1");
        assertThat(vm.ask("stat")).contains("bad=0");

        List<String> files = text("find", "/var/lib/evenkeel-memory", "-name", "pc.ram")
                .lines()
                .toList();
        assertThat(files).hasSize(1);
        assertThat(text("findmnt", "-n", "-o", "SOURCE,FSTYPE,OPTIONS", "-T", files.getFirst()))
                .startsWith("/dev/pmem0")
                .contains("ext4", "dax=always");
        assertThat(text("sh", "-c", "cat /proc/$(cat /run/libvirt/qemu/initech-core.pid)/maps"))
                .contains(files.getFirst());
    }

    @Test
    @Order(3)
    void the_next_kernel_lies_ready_and_can_be_loaded() throws IOException {
        List<String> kernels = text("ls", "/lib/modules").lines().toList();
        assertThat(kernels).hasSize(2).contains(text("uname", "-r"));
        for (String kernel : kernels) {
            assertThat(text("ls", "/lib/modules/" + kernel + "/modules.dep")).isNotEmpty();
            host.command(List.of(
                            "kexec",
                            "-s",
                            "-l",
                            "/boot/vmlinuz-" + kernel,
                            "--initrd=/boot/initrd.img-" + kernel,
                            "--reuse-cmdline"))
                    .check();
            assertThat(text("cat", "/sys/kernel/kexec_loaded")).isEqualTo("1");
        }
        host.command(List.of("kexec", "-s", "-u")).check();
        assertThat(text("cat", "/sys/kernel/kexec_loaded")).isEqualTo("0");
    }

    @Test
    @Order(4)
    void commands_keep_their_words_their_input_and_their_end() throws IOException {
        assertThat(text("printf", "%s|", "a b", "it's", "$HOME", "*", "")).isEqualTo("a b|it's|$HOME|*||");
        assertThat(host.command(List.of("tr", "a-z", "A-Z"))
                        .withInput("in\nput\n")
                        .check())
                .isEqualTo("IN\nPUT\n");
        Command.Result failed = host.exec("sh", "-c", "echo trouble >&2; exit 7");
        assertThat(failed.exit()).isEqualTo(7);
        assertThat(failed.err()).isEqualTo("trouble\n");
    }

    @Test
    @Order(5)
    void its_cables_can_be_pulled_like_any_hosts() throws IOException {
        assertThat(reachable()).isTrue();
        host.stopLink();
        assertThat(reachable()).isFalse();
        assertThat(text("uname", "-n")).isEqualTo("h1");
        host.restoreLink();
        assertThat(Await.until(PATIENCE, KernelHostTest::reachable)).isTrue();
    }

    @Test
    @Order(99)
    void nothing_is_left_when_it_goes() throws IOException {
        Traces traces = Traces.of(lab);
        lab.close();
        traces.assertGone();
    }

    private static boolean reachable() throws IOException {
        return lab.exec("timeout", "3", "bash", "-c", "echo >/dev/tcp/" + host.address() + "/16509")
                .ok();
    }

    private static String text(String... words) throws IOException {
        return host.command(List.of(words)).check().strip();
    }
}
