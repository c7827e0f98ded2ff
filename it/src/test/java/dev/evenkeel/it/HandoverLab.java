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

/** One host, three VMs, and hand-overs on it by the agent's own command. */
final class HandoverLab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration ENDS_WITHIN = Duration.ofMinutes(3);
    private static final Path STATE = TestState.directory();
    private static final String NAME = TestState.lab("hand");

    final LabHost host;
    private final Lab lab;

    private HandoverLab(Lab lab) throws IOException {
        this.lab = lab;
        this.host = lab.host("h1");
    }

    static HandoverLab up() throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        Lab.down(STATE, NAME);
        LabSpec spec = LabSpec.in(STATE)
                .withName(NAME)
                .withHosts(1)
                .withVms(List.of(
                        VmPlan.small(1, "busy", "acme").withMemory(256).withSharedMemory(),
                        VmPlan.small(2, "disk", "acme").withDisk().withSharedMemory(),
                        VmPlan.small(3, "private", "globex")))
                .withBeatPeriod(TestState.CALM);
        return new HandoverLab(Lab.up(spec, Progress.on(System.out)));
    }

    LabVm vm(String name) throws IOException {
        return lab.vm(name);
    }

    /** Where this process finds the host's files. */
    Path root() {
        return Path.of(
                "/proc", Long.toString(lab.process(host.name()).orElseThrow().pid()), "root");
    }

    /** The agent's command for these VMs, with or without options. */
    Command.Result handover(String... words) throws IOException {
        Handover handover = begin(words);
        int exit = handover.ends();
        String said = handover.said();
        System.out.println(said);
        return new Command.Result(exit, said, "");
    }

    /** One that works. */
    void handsOver(String... words) throws IOException {
        Command.Result result = handover(words);
        assertThat(result.exit()).as(result.out()).isZero();
    }

    /** The agent's command, not waited for; its process there is noted in {@code /run/lab/handover.pid}. */
    Handover begin(String... words) throws IOException {
        String quoted = String.join(" ", words(words)).replace("*", "'*'");
        Path log = Files.createTempFile("handover", ".log");
        Process process = host.command(List.of("sh", "-c", quoted + " & echo $! >/run/lab/handover.pid; wait $!"))
                .detach(log);
        return new Handover(host, process, log);
    }

    /** The agent's command under way. */
    record Handover(LabHost host, Process process, Path log) {
        /** Its exit code; one that does not end fails the test with the stacks of all its threads. */
        int ends() throws IOException {
            if (!Await.until(ENDS_WITHIN, () -> !process.isAlive())) {
                host.exec("sh", "-c", "kill -QUIT $(cat /run/lab/handover.pid)");
                boolean told = Await.until(PATIENCE, () -> said().contains("Full thread dump"));
                host.exec("sh", "-c", "kill -9 $(cat /run/lab/handover.pid)");
                throw new AssertionError("the hand-over does not end"
                        + (told ? "" : ", nor tells where it is") + ":\n" + said() + "\nVMs:\n"
                        + host.exec("virsh", "list", "--all").out());
            }
            return process.exitValue();
        }

        String said() throws IOException {
            return Files.readString(log);
        }
    }

    static List<String> words(String... more) {
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

    /** Until this is closed, a start of QEMU first runs a script on its arguments, which are {@code $@} there. */
    Altered alterQemu(String script) throws IOException {
        String text = "#!/bin/sh\n" + script + "\nexec /usr/bin/qemu-real \"$@\"\n";
        host.command(List.of("sh", "-ec", """
                        cat >/run/qemu-altered
                        chmod 755 /run/qemu-altered
                        cp -a /usr/bin/qemu-system-x86_64 /usr/bin/qemu-real
                        mount --bind /run/qemu-altered /usr/bin/qemu-system-x86_64""")).withInput(text).check();
        return () -> host.command(List.of("sh", "-ec", """
                        umount /usr/bin/qemu-system-x86_64
                        rm /usr/bin/qemu-real /run/qemu-altered""")).check();
    }

    /** Until this is closed, the second daemon runs a script before it does what its arguments tell; some run before ours, some after. */
    Altered secondDaemonRuns(String name, String script) throws IOException {
        String hooks = "/run/evenkeel/second/etc/hooks/qemu.d";
        host.command(List.of(
                        "sh",
                        "-ec",
                        "mkdir -p " + hooks + "; cd " + hooks + "; cat >/run/" + name + "; chmod 755 /run/" + name
                                + "; mv /run/" + name + " ."))
                .withInput("#!/bin/sh\ncat >/dev/null\n" + script + "\nexit 0\n")
                .check();
        return () -> host.command(List.of("rm", "-f", hooks + "/" + name)).check();
    }

    /** Everything is as it was when this is closed. */
    @FunctionalInterface
    interface Altered extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    String process(LabVm vm) throws IOException {
        return host.exec("cat", "/run/libvirt/qemu/" + vm.name() + ".pid").out().strip();
    }

    /** Fails unless a hand-over was tried, came to nothing, and the VM runs on in the process that it had; the next one works. */
    void assertCameToNothing(Command.Result failed, String why, LabVm vm, String process, Instant since)
            throws IOException {
        assertThat(failed.exit()).as(failed.out() + failed.err()).isEqualTo(2);
        assertThat(failed.out()).contains("HANDOVER_FAILED").contains(why);
        assertThat(process(vm)).isEqualTo(process);
        assertUnharmed(vm, since);
    }

    void assertUnharmed(LabVm vm, Instant since) throws IOException {
        Instant now = Instant.now();
        assertThat(vm.awaitBeat(now, PATIENCE)).as(vm + " beats").isTrue();
        Pulse pulse = vm.pulse();
        assertThat(pulse.restarts(since, now)).as("restarts of " + vm).isZero();
        assertThat(pulse.badPages(since, now)).as("damage in " + vm).isZero();
        assertThat(pulse.doubled(since, now)).as("beats of a second " + vm).isZero();
    }

    void assertNothingIsLeft() throws IOException {
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

    @Override
    public void close() throws IOException {
        lab.close();
    }
}
