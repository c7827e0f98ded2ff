package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.lab.KernelHosts;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One full-kernel host in a fleet, with a VM nested in it. */
final class KernelLab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(8);

    final Lab lab;
    final LabHost host;
    final LabVm vm;
    final Evenkeel evenkeel;

    /** The release of the kernel that the host came with. */
    final String older;

    private KernelLab(Lab lab) throws IOException {
        this.lab = lab;
        this.host = lab.host("h1");
        this.vm = lab.vm("initech-core");
        this.evenkeel = new Evenkeel(lab);
        this.older = text("uname", "-r");
    }

    /** Brings it up, one that was left over being taken down first. */
    static KernelLab up(String name) throws IOException {
        assumeTrue(TestState.root(), "skipped: a lab makes namespaces and mounts, which takes root");
        LabSpec spec = LabSpec.in(TestState.directory())
                .withName(TestState.lab(name))
                .withVms(List.of())
                .withKernelHosts(KernelHosts.of(1))
                .withHosts(0)
                .withControlPlane(true);
        Lab.down(spec.state(), spec.name());
        return new KernelLab(Lab.up(spec, Progress.on(System.out)));
    }

    String text(String... words) throws IOException {
        return host.command(List.of(words)).check().strip();
    }

    /** The shell's words on the host; must succeed. */
    String shell(String words) throws IOException {
        return text("sh", "-c", words);
    }

    /** Empty while the host can't be asked. */
    String bootId() throws IOException {
        return host.exec("cat", "/proc/sys/kernel/random/boot_id").out().strip();
    }

    void awaitOtherBoot(String boot) throws Exception {
        Waits.await(PATIENCE, "the host has booted anew", () -> {
            String now = bootId();
            return !now.isEmpty() && !now.equals(boot);
        });
    }

    /** What the next kernel is told. */
    void commandLine(String words) throws IOException {
        host.command(List.of("sh", "-c", "mkdir -p /etc/kernel; cat >/etc/kernel/cmdline"))
                .withInput(words + "\n")
                .check();
    }

    /** Starts {@code evenkeel agent kernel} on the host, which goes on. */
    void beginByHand(String release) throws IOException {
        shell(
                "setsid sh -c 'echo $$ >/run/lab/by-hand; exec $(sed \"s/^exec //; s/ run\\( .*\\)\\?$//\" /run/lab/agent) kernel "
                        + release + "' >/var/log/by-hand.log 2>&1 </dev/null &");
    }

    /** Starts another kernel by hand and waits until all is as it was. @param comes the release that runs then */
    void changesTo(String wanted, String comes) throws Exception {
        Instant from = Instant.now();
        String boot = bootId();
        beginByHand(wanted);
        awaitOtherBoot(boot);
        assertThat(text("uname", "-r")).isEqualTo(comes);
        assertUnharmed(from);
        assertTidy();
    }

    /** What comes in time; otherwise what server and host say of why it does not is in the failure, and in a file. */
    <T> T await(CompletableFuture<T> wanted, Duration patience, String what) throws Exception {
        try {
            return wanted.get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            Path file = Files.createTempFile("kernel-lab", ".log");
            host.signal("agent", "QUIT"); // its threads, into its log
            String told = String.join(
                    "\n",
                    evenkeel.run("rollout", "ls", "-o", "json").out(),
                    evenkeel.run("run", "ls", "-o", "json").out(),
                    evenkeel.run("host", "ls", "-o", "json").out(),
                    shell("tail -n 5 /var/log/lab.log; cat /run/lab/boot; cat /var/log/evenkeel/resume-vms.log"),
                    shell("tail -n 400 /var/log/agent.log"));
            Files.writeString(file, told);
            throw new AssertionError(what + " not within " + patience + "; see " + file + "; "
                    + told.lines().limit(3).toList());
        }
    }

    void assertTidy() throws Exception {
        Waits.await(
                PATIENCE,
                "the agent has cleared up",
                () -> shell(
                                "ls -d /var/lib/evenkeel/resume-vms /var/lib/evenkeel-memory/libvirt/evenkeel-kernel 2>/dev/null || true")
                        .isEmpty());
        assertThat(text("cat", "/var/lib/libvirt/evenkeel-orders")).isEmpty();
    }

    void assertUnharmed(Instant from) throws Exception {
        assertThat(vm.awaitBeat(Instant.now(), PATIENCE)).isTrue();
        Pulse pulse = vm.pulse(from);
        assertThat(pulse.restarts(from, Instant.now())).isZero();
        assertThat(pulse.badPages(from, Instant.now())).isZero();
        Waits.await(PATIENCE, "the guest says that its memory is right", () -> {
            try {
                return vm.ask("stat").contains("bad=0");
            } catch (IOException e) {
                return false; // the bridge of a host that has just booted is still learning who is where
            }
        });
    }

    Command.Result agentKernel(String release) throws IOException {
        return host.agent("kernel", release).run();
    }

    @Override
    public void close() throws IOException {
        lab.close();
    }
}
