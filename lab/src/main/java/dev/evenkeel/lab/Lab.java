package dev.evenkeel.lab;

import dev.evenkeel.lab.beat.Heartbeats;
import dev.evenkeel.lab.debian.Cache;
import dev.evenkeel.lab.debian.DebianMirror;
import dev.evenkeel.lab.debian.HostRoot;
import dev.evenkeel.lab.debian.KernelRoot;
import dev.evenkeel.lab.debian.KernelUpdate;
import dev.evenkeel.lab.debian.Livepatches;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.debian.VmmVersion;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.ProcessMark;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A running lab. It lives apart from this process: it goes on when the process ends, and another one can
 * {@link #attach} to it. {@link #close} takes it down.
 */
public final class Lab implements AutoCloseable {
    private final LabRecord record;
    private final Fabric fabric;
    private final HostBoot boot;

    Lab(LabRecord record) throws IOException {
        this.record = record;
        this.fabric = new Fabric(record.need("name"));
        this.boot = new HostBoot(record, fabric);
    }

    /**
     * Makes a lab and returns when all its VMs beat. What was begun is taken away again where that fails.
     *
     * @throws IOException with the remedy, where something it takes cannot be had or a lab of that name is there
     */
    public static Lab up(LabSpec spec, Progress progress) throws IOException {
        return LabUp.run(spec, progress);
    }

    /** The lab of this name under this state directory. */
    public static Lab attach(Path state, String name) throws IOException {
        LabRecord record = LabRecord.read(state, name)
                .orElseThrow(() -> new IOException(
                        "No lab \"" + name + "\" under " + state + "; start one with \"lab up --name " + name + "\""));
        return new Lab(record);
    }

    /** Whether there is a lab of this name under this state directory, whole or not. */
    public static boolean exists(Path state, String name) throws IOException {
        return LabRecord.read(state, name).isPresent();
    }

    /** Takes a lab away: its processes, namespaces, mounts and files. Fine where there is none. */
    public static void down(Path state, String name) throws IOException {
        Optional<LabRecord> record = LabRecord.read(state, name);
        if (record.isPresent()) {
            LabDown.run(record.get());
        }
    }

    /** Removes what labs under this state directory keep for their next start; an error while one is there. */
    public static void purge(Path state) throws IOException {
        Path labs = state.resolve("lab");
        if (Files.isDirectory(labs)) {
            try (Stream<Path> left = Files.list(labs)) {
                if (left.findAny().isPresent()) {
                    throw new IOException("The cache is in use by a lab in " + labs + "; take that down first");
                }
            }
        }
        Trees.remove(state.resolve("cache"));
    }

    /** Takes this lab away. */
    @Override
    public void close() throws IOException {
        LabDown.run(record);
    }

    public String name() {
        return fabric.control().replaceFirst("-ctl$", "");
    }

    /** The lab's own directory; the control plane's state is in {@code server} of the state directory. */
    public Path directory() {
        return record.directory();
    }

    /** The namespace where its server listens. */
    public String controlNamespace() {
        return fabric.control();
    }

    /** Where its server's API is, inside {@link #controlNamespace}; its tokens are in {@link #directory}. */
    public String api() {
        return ControlPlane.API;
    }

    /** The Debian tree under every host's root, as it was before any host changed anything. */
    public Path hostRoot() throws IOException {
        return Path.of(record.need("root"));
    }

    /**
     * A real update for these hosts, QEMU from backports: the directory with {@code update.yaml} and the package
     * files it names. Collected and tried on first use, about half a minute; then from the cache.
     */
    public Path vmmUpdate(Progress progress) throws IOException {
        DebianMirror mirror = DebianMirror.ofThisMachine();
        HostRoot root = new HostRoot(mirror, VmmVersion.valueOf(record.need("vmm")));
        return UpdatePackages.vmm(cache(), mirror, root, hostRoot(), progress);
    }

    /**
     * A real update for this lab's full-kernel hosts, Debian's next kernel: the directory with {@code update.yaml} and the
     * package files it names. Collected on first use, about a quarter of a minute; then from the cache.
     *
     * @throws IOException with the remedy, where the lab has no such host or Debian no such kernel
     */
    public Path kernelUpdate(Progress progress) throws IOException {
        return KernelUpdate.in(cache(), DebianMirror.ofThisMachine(), kernelRoot(), progress);
    }

    /**
     * Real livepatches for this lab's full-kernel hosts. Built on first use, half a minute; then from the cache.
     *
     * @throws IOException with the remedy, where the lab has no such host
     */
    public Livepatches livepatches(Progress progress) throws IOException {
        return Livepatches.in(cache(), DebianMirror.ofThisMachine(), kernelRoot(), progress);
    }

    private Cache cache() throws IOException {
        return new Cache(Path.of(record.need("cache")));
    }

    private KernelRoot kernelRoot() throws IOException {
        if (record.get("kernel.version").isEmpty()) {
            throw new IOException(
                    "No host of this lab has a kernel of its own; start one with \"lab up --kernel-hosts 1\"");
        }
        return new KernelRoot(
                Path.of(record.need("kernel.layer")),
                Path.of(record.need("kernel.image")),
                record.need("kernel.version"));
    }

    /** All hosts, up or down, by number. */
    public List<LabHost> hosts() {
        return numbers(record).stream()
                .map(n -> new LabHost(boot, record, fabric, n))
                .toList();
    }

    /** The host of this name. */
    public LabHost host(String name) throws IOException {
        return hosts().stream()
                .filter(h -> h.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IOException("No host \"" + name + "\" in this lab; it has " + hosts()));
    }

    /** A new host with the next number, up and answering, with an agent where the lab has a server. */
    public LabHost addHost() throws IOException {
        int next = numbers(record).stream().mapToInt(n -> n).max().orElse(0) + 1;
        boot.create(next, HostKind.NAMESPACES);
        boot.start(next);
        LabHost host = new LabHost(boot, record, fabric, next);
        host.awaitLibvirtd(Duration.ofMinutes(3));
        if (process("server").isPresent()) {
            new ControlPlane(record, fabric).join(List.of(host));
        }
        return host;
    }

    /** All VMs the lab was made with, running or not. */
    public List<LabVm> vms() {
        List<LabVm> vms = new ArrayList<>();
        for (String name : record.keys("vm.")) {
            vms.add(new LabVm(this, name, record.get("vm." + name).orElseThrow()));
        }
        vms.sort(Comparator.comparing(LabVm::name));
        return vms;
    }

    /** The VM of this name. */
    public LabVm vm(String name) throws IOException {
        return vms().stream()
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IOException("No VM \"" + name + "\" in this lab; it has " + vms()));
    }

    /** What the collector has heard. */
    public Heartbeats heartbeats() {
        return new Heartbeats(beatsDirectory());
    }

    /** A command that runs in the control namespace, otherwise on the machine as it is. */
    public Command inControl(List<String> words) {
        return Command.of(Fabric.in(fabric.control(), words));
    }

    /** Runs a command in the control namespace, whatever it ends with. */
    public Command.Result exec(String... words) throws IOException {
        return inControl(Arrays.asList(words)).run();
    }

    /** kill -9 of the server; nothing starts it again but {@link #startServer}. */
    public void killServer() throws IOException {
        Optional<ProcessMark> server = process("server");
        if (server.isPresent()) {
            server.get().kill();
            server.get().awaitEnd(Duration.ofSeconds(20));
        }
    }

    /** Starts the server on the state it left; it need not answer yet when this returns. */
    public void startServer() throws IOException {
        new ControlPlane(record, fabric).startServer();
    }

    /** The processes the lab started beside its hosts, such as {@code collector} and {@code server}, if they still run. */
    public Optional<ProcessMark> process(String name) {
        return record.process(name).filter(ProcessMark::alive);
    }

    Path beatsDirectory() {
        return record.directory().resolve("beats");
    }

    String askProgram() throws IOException {
        return record.need("ask");
    }

    static List<Integer> numbers(LabRecord record) {
        return record.keys("host.").stream().map(Integer::parseInt).sorted().toList();
    }
}
