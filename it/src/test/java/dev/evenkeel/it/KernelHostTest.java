package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.HostKind;
import dev.evenkeel.lab.KernelHosts;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
    void its_kernel_is_a_package_and_can_be_loaded_again() throws IOException {
        String kernel = text("uname", "-r");
        assertThat(text("ls", "/lib/modules")).isEqualTo(kernel);
        assertThat(text("dpkg-query", "-W", "-f", "${db:Status-Status}", "linux-image-" + kernel))
                .isEqualTo("installed");
        assertCanBeLoaded(kernel);
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
    @Order(6)
    void the_next_kernel_is_an_update_whose_package_goes_in_beside_a_running_vm_and_out_again() throws IOException {
        Path directory = lab.kernelUpdate(Progress.on(System.out));
        Update update = UpdatePackages.read(directory);
        String next = update.verify().getOrDefault("kernel", "");
        String old = text("uname", "-r");
        assertThat(update.component()).isEqualTo(Component.KERNEL);
        assertThat(update.methods()).containsOnlyKeys(Method.PRESERVE_KERNEL, Method.REBOOT);
        Payload payload = update.payload(Method.PRESERVE_KERNEL).orElseThrow();
        assertThat(payload.previous()).isEmpty();
        assertThat(payload.removeOnUndo()).containsExactly("linux-image-" + next);

        for (PackageFile file : payload.packages()) {
            host.put(directory.resolve(file.file()), "/var/tmp/" + file.file());
        }
        Instant from = Instant.now();
        dpkg("--install", payload.packages().stream().map(file -> "/var/tmp/" + file.file()));
        assertThat(text("ls", "/lib/modules").lines()).containsExactlyInAnyOrder(old, next);
        assertThat(text("dpkg", "--audit")).isEmpty();
        for (String module :
                List.of("nd_e820", "nd_pmem", "virtio_net", "virtio_blk", "tun", "bridge", "qemu_fw_cfg")) {
            assertThat(text("modinfo", "-k", next, "-F", "vermagic", module)).startsWith(next + " ");
        }
        assertCanBeLoaded(next);
        assertThat(vm.pulse(from).restarts(from, Instant.now())).isZero();

        dpkg("--purge", payload.removeOnUndo().stream());
        assertThat(text("ls", "/boot").lines()).noneMatch(file -> file.endsWith(next));
        assertThat(text("ls", "/lib/modules")).isEqualTo(old);
        assertCanBeLoaded(old);
    }

    // Rollouts of that update come here, while the VM is still the one that was there at the start.

    @Test
    @Order(99)
    void nothing_is_left_when_it_goes() throws IOException {
        Traces traces = Traces.of(lab);
        lab.close();
        traces.assertGone();
    }

    /** As the agent calls it. */
    private static void dpkg(String action, Stream<String> what) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confold", action));
        what.forEach(words::add);
        Instant begun = Instant.now();
        host.command(words).within(Duration.ofMinutes(8)).check();
        System.out.println("dpkg " + action + " took "
                + Duration.between(begun, Instant.now()).toSeconds() + " s");
    }

    private static void assertCanBeLoaded(String kernel) throws IOException {
        load(kernel);
        assertThat(text("cat", "/sys/kernel/kexec_loaded")).isEqualTo("1");
        host.command(List.of("kexec", "-s", "-u")).check();
        assertThat(text("cat", "/sys/kernel/kexec_loaded")).isEqualTo("0");
    }

    private static void load(String kernel) throws IOException {
        host.command(List.of(
                        "kexec",
                        "-s",
                        "-l",
                        "/boot/vmlinuz-" + kernel,
                        "--initrd=/boot/initrd.img-" + kernel,
                        "--reuse-cmdline"))
                .check();
    }

    private static boolean reachable() throws IOException {
        return lab.exec("timeout", "3", "bash", "-c", "echo >/dev/tcp/" + host.address() + "/16509")
                .ok();
    }

    private static String text(String... words) throws IOException {
        return host.command(List.of(words)).check().strip();
    }
}
