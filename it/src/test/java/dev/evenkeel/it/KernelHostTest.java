package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.HostKind;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/** A host with a kernel of its own: that it is a host like the others, and has what the others cannot have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KernelHostTest implements LivepatchTests, KernelSwitchTests {
    private KernelLab lab;

    @BeforeAll
    void up() throws IOException {
        lab = KernelLab.up("kernel");
    }

    @AfterAll
    void down() throws IOException {
        if (lab != null) {
            lab.close();
        }
    }

    @Override
    public KernelLab lab() {
        return lab;
    }

    @Test
    @Order(1)
    void it_joins_the_fleet_and_says_what_kernel_it_runs() throws Exception {
        assertThat(lab.host.kind()).isEqualTo(HostKind.KERNEL);
        String kernel = lab.text("uname", "-r");
        assertThat(kernel).matches("6\\.1\\.0-\\d+-cloud-amd64");
        assertThat(kernel).isNotEqualTo(Command.of("uname", "-r").check().strip());
        Waits.await(KernelLab.PATIENCE, "the host is in the fleet", () -> {
            JsonNode seen = lab.evenkeel.json("host", "show", "h1");
            return seen.at("/versions/kernel").asString().equals(kernel)
                    && seen.get("capabilities").toString().contains("\"preserve-kernel\"");
        });
        Waits.await(
                KernelLab.PATIENCE,
                "its VM is in the fleet",
                () -> lab.evenkeel.list("vm", "ls").stream()
                        .anyMatch(v -> v.toString().contains("\"RUNNING\"")));
    }

    @Test
    @Order(2)
    void a_nested_vm_beats_and_its_memory_lies_where_it_outlives_the_kernel() throws IOException {
        Instant from = Instant.now();
        assertThat(lab.vm.awaitBeat(from.plusSeconds(5), KernelLab.PATIENCE)).isTrue();
        Instant now = Instant.now();
        Pulse pulse = lab.vm.pulse();
        assertThat(pulse.restarts(Instant.EPOCH, now)).isZero();
        assertThat(pulse.badPages(Instant.EPOCH, now)).isZero();
        assertThat(lab.vm.host()).get().hasToString("h1");
        assertThat(lab.vm.ask("stat")).contains("bad=0");

        List<String> files = lab.text("find", "/var/lib/evenkeel-memory", "-name", "pc.ram")
                .lines()
                .toList();
        assertThat(files).hasSize(1);
        assertThat(lab.text("findmnt", "-n", "-o", "SOURCE,FSTYPE,OPTIONS", "-T", files.getFirst()))
                .startsWith("/dev/pmem0")
                .contains("ext4", "dax=always");
        assertThat(lab.text("sh", "-c", "cat /proc/$(cat /run/libvirt/qemu/initech-core.pid)/maps"))
                .contains(files.getFirst());
    }

    @Test
    @Order(3)
    void its_kernel_is_a_package_and_can_be_loaded_again() throws IOException {
        String kernel = lab.text("uname", "-r");
        assertThat(lab.text("ls", "/lib/modules")).isEqualTo(kernel);
        assertThat(lab.text("dpkg-query", "-W", "-f", "${db:Status-Status}", "linux-image-" + kernel))
                .isEqualTo("installed");
        assertCanBeLoaded(kernel);
    }

    @Test
    @Order(4)
    void commands_keep_their_words_their_input_and_their_end() throws IOException {
        assertThat(lab.text("printf", "%s|", "a b", "it's", "$HOME", "*", "")).isEqualTo("a b|it's|$HOME|*||");
        assertThat(lab.host
                        .command(List.of("tr", "a-z", "A-Z"))
                        .withInput("in\nput\n")
                        .check())
                .isEqualTo("IN\nPUT\n");
        Command.Result failed = lab.host.exec("sh", "-c", "echo trouble >&2; exit 7");
        assertThat(failed.exit()).isEqualTo(7);
        assertThat(failed.err()).isEqualTo("trouble\n");
    }

    @Test
    @Order(5)
    void its_cables_can_be_pulled_like_any_hosts() throws IOException {
        assertThat(Await.until(KernelLab.PATIENCE, this::reachable)).isTrue();
        lab.host.stopLink();
        assertThat(reachable()).isFalse();
        assertThat(lab.text("uname", "-n")).isEqualTo("h1");
        lab.host.restoreLink();
        assertThat(Await.until(KernelLab.PATIENCE, this::reachable)).isTrue();
    }

    @Test
    @Order(99)
    void nothing_is_left_when_it_goes() throws IOException {
        Traces traces = Traces.of(lab.lab);
        lab.close();
        traces.assertGone();
    }

    private void assertCanBeLoaded(String kernel) throws IOException {
        load(kernel);
        assertThat(lab.text("cat", "/sys/kernel/kexec_loaded")).isEqualTo("1");
        lab.host.command(List.of("kexec", "-s", "-u")).check();
        assertThat(lab.text("cat", "/sys/kernel/kexec_loaded")).isEqualTo("0");
    }

    private void load(String kernel) throws IOException {
        lab.host
                .command(List.of(
                        "kexec",
                        "-s",
                        "-l",
                        "/boot/vmlinuz-" + kernel,
                        "--initrd=/boot/initrd.img-" + kernel,
                        "--reuse-cmdline"))
                .check();
    }

    private boolean reachable() throws IOException {
        return lab.lab
                .exec("timeout", "3", "bash", "-c", "echo >/dev/tcp/" + lab.host.address() + "/16509")
                .ok();
    }
}
