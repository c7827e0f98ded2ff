package dev.evenkeel.lab;

import dev.evenkeel.lab.debian.Cache;
import dev.evenkeel.lab.debian.DebianMirror;
import dev.evenkeel.lab.debian.HostRoot;
import dev.evenkeel.lab.debian.KernelRoot;
import dev.evenkeel.lab.guest.DomainXml;
import dev.evenkeel.lab.guest.GuestImage;
import dev.evenkeel.lab.guest.Tools;
import dev.evenkeel.lab.guest.VmPlan;
import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.ProcessMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Makes a lab, part by part, each written down before it is made. */
final class LabUp {
    private static final Duration FIRST_BEAT = Duration.ofMinutes(4);
    private static final Duration FIRST_NESTED_BEAT = Duration.ofMinutes(10);

    private final LabSpec spec;
    private final Progress progress;
    private final LabRecord record;

    private LabUp(LabSpec spec, Progress progress, LabRecord record) {
        this.spec = spec;
        this.progress = progress;
        this.record = record;
    }

    static Lab run(LabSpec spec, Progress progress) throws IOException {
        Machine.require();
        if (Lab.exists(spec.state(), spec.name())) {
            throw new IOException("A lab \"" + spec.name() + "\" is there already; take it down with \"lab down --name "
                    + spec.name() + "\" or choose another --name");
        }
        if (new Fabric(spec.name()).inUse()) {
            throw new IOException("A lab \"" + spec.name() + "\" of another state directory runs on this machine;"
                    + " choose another --name");
        }
        Cache cache = new Cache(spec.state().resolve("cache"));
        DebianMirror mirror = DebianMirror.ofThisMachine();
        Tools tools = Tools.in(cache);
        Path root = new HostRoot(mirror, spec.vmm()).in(cache, progress);
        Path guest = GuestImage.in(cache, mirror, tools, root, progress);

        LabRecord record = LabRecord.create(spec.state(), spec.name());
        record.put("cache", spec.state().resolve("cache").toString());
        record.put("vmm", spec.vmm().name());
        record.put("root", root.toString());
        record.put("guest", guest.toString());
        record.put("ask", tools.ask().toString());
        record.put("hostDiskMib", Integer.toString(spec.hostDiskMib()));
        record.put("plainTcp", spec.plainTcp() ? "1" : "0");
        record.put("jdk", Machine.jdk().toString());
        Optional<Path> lib = Machine.lib();
        if (lib.isPresent()) {
            record.put("lib", lib.get().toString());
        }
        if (spec.kernelHosts().count() > 0) {
            KernelRoot kernel = KernelRoot.in(cache, mirror, new HostRoot(mirror, spec.vmm()), root, progress);
            record.put("kernel.layer", kernel.layer().toString());
            record.put("kernel.image", kernel.image().toString());
            record.put("kernel.version", kernel.kernel());
        }
        for (VmPlan vm : spec.allVms()) {
            record.put("vm." + vm.name(), vm.address());
        }
        try {
            if (spec.kernelHosts().count() > 0) {
                record.put("kernel.opt", OptImage.make(record, cache, progress).toString());
            }
            return new LabUp(spec, progress, record).build(tools);
        } catch (IOException | RuntimeException e) {
            try {
                LabDown.run(record);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    private Lab build(Tools tools) throws IOException {
        Lab lab = new Lab(record);
        Fabric fabric = new Fabric(spec.name());
        HostBoot boot = new HostBoot(record, fabric);
        fabric.createControl();
        collector(fabric, tools);
        int all = spec.hosts() + spec.kernelHosts().count();
        progress.step("starting " + all + " hosts");
        for (int n = 1; n <= all; n++) {
            boot.create(n, n <= spec.hosts() ? HostKind.NAMESPACES : HostKind.KERNEL);
            boot.start(n);
        }
        LabHost.inParallel(lab.hosts(), LabHost::awaitLibvirtd);
        Instant begun = Instant.now();
        // A nested VM takes a minute to come up, and lets the rest go on meanwhile.
        startVms(lab, HostKind.KERNEL);
        if (spec.controlPlane()) {
            progress.step("starting the server and the agents");
            new ControlPlane(record, fabric).start(lab.hosts());
        }
        progress.step("starting " + spec.allVms().size() + " VMs");
        startVms(lab, HostKind.NAMESPACES);
        Duration patience = spec.kernelHosts().count() > 0 ? FIRST_NESTED_BEAT : FIRST_BEAT;
        for (LabVm vm : lab.vms()) {
            if (!vm.awaitBeat(begun, patience)) {
                throw new IOException(
                        vm + " does not beat after " + patience.toSeconds() + " s; its console: " + console(vm));
            }
        }
        progress.step("all VMs beat");
        return lab;
    }

    private void collector(Fabric fabric, Tools tools) throws IOException {
        Path beats = Files.createDirectories(record.directory().resolve("beats"));
        List<String> words = Fabric.in(
                fabric.control(),
                List.of(
                        tools.collector().toString(),
                        Fabric.COLLECTOR_ADDRESS,
                        Integer.toString(Fabric.COLLECTOR_PORT),
                        beats.toString()));
        Process process = Command.of(words).detach(record.directory().resolve("collector.log"));
        Optional<ProcessMark> mark = ProcessMark.of(process.pid());
        if (mark.isEmpty()) {
            throw new IOException("The collector ended at once: "
                    + Files.readString(record.directory().resolve("collector.log")));
        }
        record.process("collector", mark.get());
    }

    private void startVms(Lab lab, HostKind kind) throws IOException {
        List<LabHost> hosts =
                lab.hosts().stream().filter(host -> host.kind() == kind).toList();
        LabHost.inParallel(hosts, this::startVms);
    }

    private void startVms(LabHost host) throws IOException {
        Duration period = host.kind() == HostKind.KERNEL ? spec.kernelHosts().beatPeriod() : spec.beatPeriod();
        for (VmPlan vm : spec.vmsOf(host.number())) {
            Optional<String> disk = Optional.empty();
            if (vm.disk()) {
                String volume = vm.name() + ".qcow2";
                host.virsh("vol-create-as", "default", volume, "64MiB", "--format", "qcow2");
                disk = Optional.of("/var/lib/libvirt/images/" + volume);
            }
            String xml = DomainXml.of(vm, spec.vmm().machine(), period.toNanos() / 1000, disk);
            host.command(List.of("virsh", "-q", "define", "/dev/stdin"))
                    .withInput(xml)
                    .check();
            host.virsh("start", vm.name());
        }
    }

    private static String console(LabVm vm) throws IOException {
        Optional<LabHost> host = vm.host();
        return host.isEmpty()
                ? "it runs nowhere"
                : host.get()
                        .exec("tail", "-n", "3", "/var/log/libvirt/qemu/" + vm.name() + "-serial.log")
                        .out();
    }
}
