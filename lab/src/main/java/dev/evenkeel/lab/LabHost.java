package dev.evenkeel.lab;

import dev.evenkeel.lab.os.Await;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.ProcessMark;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** One host of a lab: what runs on it, and the ways to hurt it. */
public final class LabHost {
    private static final int SERVER_GATEWAY = 8441;

    /** A computer under emulation is some twenty times slower, and more on a busy machine. */
    private static final Duration NESTED_PATIENCE = Duration.ofMinutes(10);

    private final HostBoot boot;
    private final LabRecord record;
    private final Fabric fabric;
    private final int number;

    LabHost(HostBoot boot, LabRecord record, Fabric fabric, int number) {
        this.boot = boot;
        this.record = record;
        this.fabric = fabric;
        this.number = number;
    }

    /** {@code h1}, {@code h2}, …: also its host name and, where there is a control plane, its id there. */
    public String name() {
        return "h" + number;
    }

    public int number() {
        return number;
    }

    /** What it is made of. */
    public HostKind kind() {
        return boot.kind(number);
    }

    /** Its address in the management network. */
    public String address() {
        return Fabric.address(number);
    }

    /** The rack it claims to be in: two hosts to a rack. */
    public String rack() {
        return "r" + ((number + 1) / 2);
    }

    /** Whether it is up. */
    public boolean alive() {
        return record.process(name()).map(ProcessMark::alive).orElse(false);
    }

    /** A command that runs on this host, with nothing of the machine in sight but its own input and output. */
    public Command command(List<String> words) throws IOException {
        ProcessMark init = record.process(name())
                .filter(ProcessMark::alive)
                .orElseThrow(() -> new IOException(name() + " is down; start it with \"lab add " + name() + "\""));
        Command command = Command.of(kind().inside(init.pid(), words));
        return switch (kind()) {
            case NAMESPACES -> command;
            case KERNEL -> command.within(NESTED_PATIENCE);
        };
    }

    /** Runs a command on this host, whatever it ends with. */
    public Command.Result exec(String... words) throws IOException {
        return command(Arrays.asList(words)).run();
    }

    /** What this host's agent is, as its service calls it, but with another command, such as {@code kernel RELEASE}. */
    public Command agent(String... words) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("sh", "-c", "exec $(sed 's/^exec //; s/ run\\( .*\\)\\?$//' /run/lab/agent) \"$@\"", "agent"));
        all.addAll(Arrays.asList(words));
        return command(all);
    }

    /** Copies a file of the machine onto this host. */
    public void put(Path file, String where) throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" <\"$0\"", file.toString()));
        words.addAll(command(List.of("dd", "status=none", "of=" + where)).words());
        Command.of(words).check();
    }

    /** Runs virsh against this host's own libvirtd and returns its output; failure is an error that quotes it. */
    public String virsh(String... words) throws IOException {
        return command(virshWords(words)).check();
    }

    /** Runs virsh against this host's own libvirtd, whatever it ends with. */
    public Command.Result tryVirsh(String... words) throws IOException {
        return command(virshWords(words)).run();
    }

    private static List<String> virshWords(String... words) {
        List<String> all = new ArrayList<>(List.of("virsh", "-q", "-c", "qemu:///system"));
        all.addAll(Arrays.asList(words));
        return all;
    }

    /** Where other hosts' libvirtds and virsh reach this one without encryption, for labs with plain TCP. */
    public String plainUri() {
        return "qemu+tcp://" + address() + "/system";
    }

    /** The names of the VMs that run here. */
    public List<String> running() throws IOException {
        return virsh("list", "--name").lines().filter(l -> !l.isBlank()).toList();
    }

    /** Power is lost: every process of the host is gone at once, its disk stays. */
    public void crash() throws IOException {
        ProcessMark init = record.process(name()).orElseThrow(() -> new IOException(name() + " was never started"));
        init.kill();
        if (!init.awaitEnd(Duration.ofSeconds(20))) {
            throw new IOException(name() + " did not die within 20 s");
        }
    }

    /** Starts it again after a crash, from what its disk holds, and waits until its libvirtd answers. */
    public void start() throws IOException {
        if (!alive()) {
            boot.start(number);
        }
        awaitLibvirtd();
    }

    /** Waits until its libvirtd answers, as long as that takes a host of its kind at its start. */
    void awaitLibvirtd() throws IOException {
        awaitLibvirtd(
                switch (kind()) {
                    case NAMESPACES -> Duration.ofMinutes(3);
                    case KERNEL -> Duration.ofMinutes(10);
                });
    }

    /** Waits until a full-kernel host answers with this version of its kernel, as {@code uname -r} prints it. */
    public void awaitKernel(String version, Duration limit) throws IOException {
        boolean there =
                Await.until(limit, () -> exec("uname", "-r").out().strip().equals(version));
        if (!there) {
            throw new IOException(name() + " does not run Linux " + version + " after " + limit.toSeconds() + " s");
        }
    }

    /** Waits until its libvirtd answers. */
    public void awaitLibvirtd(Duration limit) throws IOException {
        Command probe = command(virshWords("version")).within(limit);
        if (!Await.until(limit, () -> probe.run().ok())) {
            throw new IOException(name() + ": libvirtd does not answer after " + limit.toSeconds() + " s; its log: "
                    + exec("tail", "-n", "5", "/var/log/libvirtd.log", "/var/log/libvirt/libvirtd.log")
                            .complaint());
        }
    }

    /** kill -9 of libvirtd; half a second later the host starts it again, unless it is held. */
    public void killLibvirtd() throws IOException {
        signal("libvirtd", "KILL");
    }

    /** kill -9 of the agent; half a second later the host starts it again, unless it is held. */
    public void killAgent() throws IOException {
        signal("agent", "KILL");
    }

    /** From now on a service ({@code libvirtd} or {@code agent}) that ends is not started again. */
    public void hold(String service) throws IOException {
        command(List.of("touch", "/run/lab/" + service + ".hold")).check();
    }

    /** The service is started again when it ends, and now if it is down. */
    public void release(String service) throws IOException {
        command(List.of("rm", "-f", "/run/lab/" + service + ".hold")).check();
    }

    /** Sends a signal to a service ({@code libvirtd} or {@code agent}); an error where it does not run. */
    public void signal(String service, String signal) throws IOException {
        command(List.of("sh", "-c", "kill -" + signal + " $(cat /run/lab/" + service + ".pid)"))
                .check();
    }

    /** From its next start, which is now, the agent runs with these options and no others. */
    public void agentOptions(String... options) throws IOException {
        String run = "s/ run\\( .*\\)\\?$/ "
                + String.join(
                        " ", Stream.concat(Stream.of("run"), Stream.of(options)).toList()) + "/";
        command(List.of("sed", "-i", run, "/var/lib/evenkeel/lab-agent", "/run/lab/agent"))
                .check();
        killAgent();
    }

    /** kill -9 of the QEMU that runs a VM here: the VM is dead. */
    public void killQemu(String vm) throws IOException {
        command(List.of("sh", "-c", "kill -9 $(cat /run/libvirt/qemu/" + vm + ".pid)"))
                .check();
    }

    /** Pulls its management cable: no host and no server reaches it. Its guests' cable stays. */
    public void stopLink() throws IOException {
        fabric.link(number, false);
    }

    /** Plugs its management cable in again. */
    public void restoreLink() throws IOException {
        fabric.link(number, true);
    }

    /** Cuts the way between this host and another, in silence; the server reaches both. */
    public void stopLink(LabHost other) throws IOException {
        ip(Fabric.neighbour(other.number, false));
        other.ip(Fabric.neighbour(number, false));
    }

    /** Mends the way between this host and another. */
    public void restoreLink(LabHost other) throws IOException {
        ip(Fabric.neighbour(other.number, true));
        other.ip(Fabric.neighbour(number, true));
    }

    /** Drops what this host's agent sends to the server; hosts still reach each other. */
    public void stopServerLink() throws IOException {
        ip(Fabric.port(SERVER_GATEWAY, false));
    }

    /** Lets this host's agent reach the server again. */
    public void restoreServerLink() throws IOException {
        ip(Fabric.port(SERVER_GATEWAY, true));
    }

    private void ip(String command) throws IOException {
        command(List.of("ip", "-batch", "-")).withInput(command + "\n").check();
    }

    /** Limits its management cable in both directions, MiB per second from 1. */
    public void shape(int mibPerSecond) throws IOException {
        if (mibPerSecond < 1) {
            throw new IllegalArgumentException("bandwidth " + mibPerSecond + " MiB/s: from 1");
        }
        fabric.shape(number, mibPerSecond);
    }

    /** Lifts the limit of {@link #shape}. */
    public void unshape() throws IOException {
        fabric.shape(number, 0);
    }

    @Override
    public String toString() {
        return name();
    }

    /** Something to do on a host. */
    interface Work {
        void on(LabHost host) throws IOException;
    }

    /** Does something on several hosts at once; the first trouble met is thrown when all are done. */
    static void inParallel(List<LabHost> hosts, Work work) throws IOException {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> results = new ArrayList<>();
            for (LabHost host : hosts) {
                Callable<Boolean> task = () -> {
                    work.on(host);
                    return true;
                };
                results.add(threads.submit(task));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while hosts were at work");
        }
    }
}
