package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.bench.demo.DemoChapter;
import dev.evenkeel.bench.demo.VmSeen;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** PRESERVE_KERNEL on a real host: there by a rollout, back by hand, and what may go wrong. In this order. */
interface KernelSwitchTests {
    KernelLab lab();

    @Test
    @Order(26)
    default void a_rollout_changes_the_kernel_though_server_and_agent_are_killed_on_the_way() throws Exception {
        KernelLab lab = lab();
        Path directory = lab.lab.kernelUpdate(Progress.on(System.out));
        Update update = UpdatePackages.read(directory);
        String newer = update.verify().getOrDefault("kernel", "");
        assertThat(update.component()).isEqualTo(Component.KERNEL);
        assertThat(update.methods()).containsOnlyKeys(Method.PRESERVE_KERNEL, Method.REBOOT);
        Payload payload = update.payload(Method.PRESERVE_KERNEL).orElseThrow();
        assertThat(payload.previous()).isEmpty();
        assertThat(payload.removeOnUndo()).containsExactly("linux-image-" + newer);
        Instant from = Instant.now();
        String boot = lab.bootId();
        CommandGate loading = new CommandGate(lab.host, "kexec");
        CommandGate leaving = new CommandGate(lab.host, "umount");
        loading.close();
        leaving.close();
        CompletableFuture<DemoChapter.Outcome> chapter = play(lab, directory);
        Waits.await(KernelLab.PATIENCE, "the next kernel is about to be loaded", loading::waits);
        assertThat(lab.host.running()).containsExactly(lab.vm.name());
        lab.lab.killServer();
        loading.open();
        lab.lab.startServer();
        Waits.await(KernelLab.PATIENCE, "the kernel is about to be left", leaving::waits);
        assertThat(lab.host.running()).isEmpty();
        lab.lab.killServer();
        leaving.open();
        lab.lab.startServer();
        lab.awaitOtherBoot(boot);
        Waits.await(
                KernelLab.PATIENCE,
                "an agent runs",
                () -> lab.host.exec("test", "-s", "/run/lab/agent.pid").ok());
        lab.host.killAgent();

        DemoChapter.Outcome seen = lab.await(chapter, KernelLab.PATIENCE.multipliedBy(2), "the rollout has ended");
        assertThat(seen.updated()).isTrue();
        assertThat(seen.vms()).hasSize(1).allMatch(VmSeen::unharmed);
        assertThat(seen.moves()).hasSize(1).allSatisfy(move -> {
            assertThat(move.method()).isEqualTo("PRESERVE_KERNEL");
            assertThat(move.stop()).as("the stop was seen from outside").isPositive();
            assertThat(move.ledgerStop()).isPositive();
        });
        assertThat(lab.text("uname", "-r")).isEqualTo(newer);
        assertThat(lab.text("ls", "/lib/modules").lines()).containsExactlyInAnyOrder(lab.older, newer);
        assertThat(lab.text("dpkg", "--audit")).isEmpty();
        lab.assertUnharmed(from);
        lab.assertTidy();
        JsonNode row = lab.evenkeel.list("ledger").getFirst();
        assertThat(row.get("clockSkewMs").isNull()).as("its clock was not set").isFalse();
        assertThat(Math.abs(row.get("clockSkewMs").asLong()))
                .as("how far its clock is off")
                .isLessThan(row.get("stopMs").asLong() / 20);
    }

    /** The demo's chapter, on a thread of its own. */
    private static CompletableFuture<DemoChapter.Outcome> play(KernelLab lab, Path update) {
        CompletableFuture<DemoChapter.Outcome> outcome = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                DemoChapter chapter = new DemoChapter(lab.lab, lab.evenkeel, System.out);
                outcome.complete(chapter.play(update, Progress.on(System.out)));
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    @Test
    @Order(27)
    default void a_later_save_holds_all_of_its_memory() throws Exception {
        KernelLab lab = lab();
        Instant from = Instant.now();
        lab.text("virsh", "save", lab.vm.name(), "/var/tmp/saved");
        assertThat(Long.parseLong(lab.text("stat", "-c", "%s", "/var/tmp/saved")))
                .isGreaterThan(20 << 20);
        lab.text("virsh", "restore", "/var/tmp/saved");
        lab.text("rm", "/var/tmp/saved");
        lab.assertUnharmed(from);
    }

    @Test
    @Order(28)
    default void what_would_lose_memory_or_has_no_room_is_refused_while_the_vm_runs_on() throws Exception {
        KernelLab lab = lab();
        Instant from = Instant.now();
        lab.commandLine(lab.text("cat", "/proc/cmdline").replaceAll("memmap=\\S+", ""));
        Command.Result refused = lab.agentKernel(lab.older);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).contains("MEMORY_NOT_RESERVED", "/etc/kernel/cmdline");

        lab.commandLine(lab.text("cat", "/proc/cmdline"));
        String filler = "/var/lib/evenkeel-memory/filler";
        lab.shell("fallocate -l $(($(stat -f -c '%a * %S' /var/lib/evenkeel-memory) - (8 << 20))) " + filler);
        Command.Result full = lab.agentKernel(lab.older);
        lab.text("rm", filler);
        assertThat(full.exit()).isEqualTo(1);
        assertThat(full.out()).contains("STATE_FULL", "make room there");
        assertThat(lab.vm.pulse(from).restarts(from, Instant.now())).isZero();
        lab.assertTidy();
    }

    @Test
    @Order(29)
    default void a_vm_whose_agent_is_killed_while_it_stands_still_runs_on_with_its_own_memory_and_state_only()
            throws Exception {
        KernelLab lab = lab();
        Instant from = Instant.now();
        String boot = lab.bootId();
        CommandGate leaving = new CommandGate(lab.host, "umount");
        leaving.close();
        lab.beginByHand(lab.older);
        Waits.await(KernelLab.PATIENCE, "the kernel is about to be left", leaving::waits);
        lab.host.killAgent(); // the next one lets the VM stand still as long as the other process is about it
        Waits.await(
                KernelLab.PATIENCE,
                "another agent says so",
                () -> lab.shell("cat /var/log/agent.log")
                        .contains("another process of this host is about to start another kernel"));
        assertThat(lab.host.running()).isEmpty();
        lab.host.hold("agent");
        lab.host.killAgent();
        lab.shell("kill -9 $(cat /run/lab/by-hand)");

        String kept = lab.shell("echo /var/lib/evenkeel-memory/libvirt/evenkeel-kernel/*-*");
        String ram = lab.shell("echo " + kept + "/ram/*");
        lab.shell("dd if=" + ram + " of=/run/lab/piece bs=65536 count=1 status=none");
        lab.shell("dd if=/dev/zero of=" + ram + " bs=65536 count=1 conv=notrunc status=none");
        assertThat(lab.shell("sh /var/lib/evenkeel/resume-vms; cat " + kept + "/refused"))
                .contains("is not what it was");
        lab.shell("dd if=/run/lab/piece of=" + ram + " conv=notrunc status=none");

        lab.shell("cd " + kept + " && cp state /run/lab/state && truncate -s -65536 state");
        assertThat(lab.shell("sh /var/lib/evenkeel/resume-vms; cat " + kept + "/failed"))
                .contains("error");
        assertThat(lab.host.running()).isEmpty();
        lab.shell("cp /run/lab/state " + kept + "/state");

        leaving.open(); // and the memory is unmounted, which nobody waits for
        lab.host.release("agent");
        lab.assertUnharmed(from);
        lab.assertTidy();
        assertThat(lab.bootId()).isEqualTo(boot);
        assertThat(lab.host.agent("kernel").run().out()).contains("CUT_OFF", "stood still");
    }

    @Test
    @Order(30)
    default void the_way_back_to_the_older_kernel_is_the_same() throws Exception {
        KernelLab lab = lab();
        lab.commandLine(lab.text("cat", "/proc/cmdline"));
        lab.changesTo(lab.older, lab.older);
    }

    @Test
    @Order(31)
    default void a_next_kernel_that_panics_costs_a_longer_stop_and_no_vm() throws Exception {
        KernelLab lab = lab();
        lab.commandLine(lab.text("cat", "/proc/cmdline") + " rdinit=/none");
        lab.changesTo(newer(lab), lab.older);
        assertThat(lab.host.agent("kernel").run().out()).contains("KERNEL_CAME_BACK", "stood still");
    }

    @Test
    @Order(32)
    default void the_newer_kernels_package_leaves_nothing_behind() throws IOException {
        KernelLab lab = lab();
        String newer = newer(lab);
        lab.host
                .command(List.of("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--purge", "linux-image-" + newer))
                .within(KernelLab.PATIENCE)
                .check();
        assertThat(lab.text("ls", "/boot").lines()).noneMatch(file -> file.endsWith(newer));
        assertThat(lab.text("ls", "/lib/modules")).isEqualTo(lab.older);
    }

    private static String newer(KernelLab lab) throws IOException {
        return lab.text("ls", "/lib/modules")
                .lines()
                .filter(release -> !release.equals(lab.older))
                .findFirst()
                .orElseThrow();
    }
}
