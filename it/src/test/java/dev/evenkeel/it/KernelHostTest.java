package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
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
    private static final String NAME = TestState.lab("kernel");
    private static final Path STATE = TestState.directory();
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static Lab lab;
    private static LabHost host;
    private static LabVm vm;
    private static String older = "";
    private static String newer = "";

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
        older = text("uname", "-r");
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
    void a_rollout_changes_the_kernel_while_the_vm_stands_still_with_its_memory() throws Exception {
        Path directory = lab.kernelUpdate(Progress.on(System.out));
        Update update = UpdatePackages.read(directory);
        newer = update.verify().getOrDefault("kernel", "");
        assertThat(update.component()).isEqualTo(Component.KERNEL);
        assertThat(update.methods()).containsOnlyKeys(Method.PRESERVE_KERNEL, Method.REBOOT);
        Payload payload = update.payload(Method.PRESERVE_KERNEL).orElseThrow();
        assertThat(payload.previous()).isEmpty();
        assertThat(payload.removeOnUndo()).containsExactly("linux-image-" + newer);
        Evenkeel evenkeel = new Evenkeel(lab);
        said(evenkeel, "update", "apply", "-f", directory.toString());
        assertThat(said(evenkeel, "plan", update.id().value())).contains("PRESERVE_KERNEL", "PAUSE");
        Instant from = Instant.now();
        said(
                evenkeel,
                "rollout",
                "start",
                "--reason",
                "test",
                "--wait",
                update.id().value());
        assertThat(text("uname", "-r")).isEqualTo(newer);
        assertThat(text("ls", "/lib/modules").lines()).containsExactlyInAnyOrder(older, newer);
        assertThat(text("dpkg", "--audit")).isEmpty();
        assertUnharmed(from);
        List<JsonNode> rows = evenkeel.list("ledger");
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst().get("method").asString()).isEqualTo("PRESERVE_KERNEL");
        assertThat(rows.getFirst().get("stopMs").asLong()).isPositive();
        assertThat(text(
                        "find",
                        "/var/lib/evenkeel-memory/libvirt",
                        "/var/lib/evenkeel",
                        "-name",
                        "evenkeel-kernel",
                        "-o",
                        "-name",
                        "resume-vms"))
                .isEmpty();
        assertThat(text("cat", "/var/lib/libvirt/evenkeel-orders")).isEmpty();
    }

    @Test
    @Order(7)
    void a_later_save_holds_all_of_its_memory() throws Exception {
        Instant from = Instant.now();
        host.command(List.of("virsh", "save", vm.name(), "/var/tmp/saved")).check();
        assertThat(Long.parseLong(text("stat", "-c", "%s", "/var/tmp/saved"))).isGreaterThan(16L << 20);
        host.command(List.of("virsh", "restore", "/var/tmp/saved")).check();
        host.command(List.of("rm", "/var/tmp/saved")).check();
        assertUnharmed(from);
    }

    @Test
    @Order(8)
    void a_next_kernel_that_reserves_nothing_for_vms_is_refused() throws Exception {
        Instant from = Instant.now();
        commandLine(text("cat", "/proc/cmdline").replaceAll("memmap=\\S+", ""));
        Command.Result refused = agentKernel(older);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("MEMORY_NOT_RESERVED", "/etc/kernel/cmdline");
        assertThat(vm.pulse(from).restarts(from, Instant.now())).isZero();
    }

    /** The host starts with the older kernel, so that is what it comes back with. */
    @Test
    @Order(10)
    void the_way_back_to_the_older_kernel_is_the_same() throws Exception {
        commandLine(text("cat", "/proc/cmdline"));
        changesTo(older, older);
    }

    @Test
    @Order(11)
    void a_next_kernel_that_panics_costs_a_longer_stop_and_no_vm() throws Exception {
        commandLine(text("cat", "/proc/cmdline") + " rdinit=/none");
        changesTo(newer, older);
        assertThat(host.exec("sh", "-c", AGENT + " kernel").out()).contains("KERNEL_CAME_BACK", "stood still");
    }

    @Test
    @Order(12)
    void the_newer_kernels_package_leaves_nothing_behind() throws IOException {
        host.command(List.of("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--purge", "linux-image-" + newer))
                .within(Duration.ofMinutes(8))
                .check();
        assertThat(text("ls", "/boot").lines()).noneMatch(file -> file.endsWith(newer));
        assertThat(text("ls", "/lib/modules")).isEqualTo(older);
    }

    /** The agent's own way to start, with another command. */
    private static final String AGENT = "$(sed 's/^exec //; s/ run$//' /run/lab/agent)";

    private static String said(Evenkeel evenkeel, String... words) throws Exception {
        Evenkeel.Result result = evenkeel.run(words);
        assertThat(result.exit()).as(result.out()).isZero();
        return result.out();
    }

    private static void commandLine(String words) throws IOException {
        host.command(List.of("sh", "-c", "mkdir -p /etc/kernel; cat >/etc/kernel/cmdline"))
                .withInput(words + "\n")
                .check();
    }

    private static Command.Result agentKernel(String release) throws IOException {
        return host.command(List.of("sh", "-c", AGENT + " kernel " + release)).run();
    }

    private static void changesTo(String wanted, String comes) throws Exception {
        Instant from = Instant.now();
        String boot = text("cat", "/proc/sys/kernel/random/boot_id");
        host.command(List.of(
                        "sh", "-c", "setsid " + AGENT + " kernel " + wanted + " >/var/log/agent-kernel.log 2>&1 &"))
                .check();
        Waits.await(Duration.ofMinutes(4), "the host has booted anew", () -> {
            String now = bootId();
            return !now.isEmpty() && !now.equals(boot);
        });
        assertThat(text("uname", "-r")).isEqualTo(comes);
        assertUnharmed(from);
        Waits.await(
                Duration.ofMinutes(2),
                "the agent has cleared up",
                () -> text("sh", "-c", "ls /var/lib/evenkeel/resume-vms 2>&1 || true")
                        .contains("No such file"));
    }

    /** Empty while the host can't be asked. */
    private static String bootId() throws IOException {
        return host.exec("cat", "/proc/sys/kernel/random/boot_id").out().strip();
    }

    private static void assertUnharmed(Instant from) throws Exception {
        assertThat(vm.awaitBeat(Instant.now(), Duration.ofMinutes(3))).isTrue();
        Pulse pulse = vm.pulse(from);
        assertThat(pulse.restarts(from, Instant.now())).isZero();
        assertThat(pulse.badPages(from, Instant.now())).isZero();
        Waits.await(Duration.ofMinutes(1), "the guest says that its memory is right", () -> {
            try {
                return vm.ask("stat").contains("bad=0");
            } catch (IOException e) {
                return false; // the bridge of a host that has just booted is still learning who is where
            }
        });
    }

    @Test
    @Order(99)
    void nothing_is_left_when_it_goes() throws IOException {
        Traces traces = Traces.of(lab);
        lab.close();
        traces.assertGone();
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
