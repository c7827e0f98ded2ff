package dev.evenkeel.bench;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.lab.Lab;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.os.ProcessMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A lab for one measurement: one left over from before goes first, it goes at the end, and the CLI finds what it found before. */
final class BenchLab implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Lab lab;
    private final Path context;
    private final byte @Nullable [] contextBefore;

    private BenchLab(Lab lab, Path context, byte @Nullable [] contextBefore) {
        this.lab = lab;
        this.context = context;
        this.contextBefore = contextBefore;
    }

    static BenchLab up(LabSpec spec, Progress progress) throws IOException {
        Lab.down(spec.state(), spec.name());
        Path context = spec.state().resolve("context.properties");
        byte[] before = Files.exists(context) ? Files.readAllBytes(context) : null;
        return new BenchLab(Lab.up(spec, progress), context, before);
    }

    Lab lab() {
        return lab;
    }

    /** A host's libvirtd, by its Unix socket, as an agent on the host reaches it. */
    Connection open(LabHost host) {
        return Connection.open("qemu+unix:///system?socket=" + root(host) + "/run/libvirt/libvirt-sock");
    }

    /** Where this process finds a host's files. */
    Path root(LabHost host) {
        long init = lab.process(host.name())
                .map(ProcessMark::pid)
                .orElseThrow(() -> new IllegalStateException(host + " is down"));
        return Path.of("/proc", Long.toString(init), "root");
    }

    LabHost hostOf(LabVm vm) throws IOException {
        Optional<LabHost> host = vm.host();
        return host.orElseThrow(() -> new IOException(vm + " runs nowhere: it was lost in the measurement"));
    }

    /** Lets this much time pass for a VM: waits until it beats that much later. */
    static void settle(LabVm vm, Duration time) throws IOException {
        if (!vm.awaitBeat(Instant.now().plus(time), time.plus(PATIENCE))) {
            throw new IOException(vm + " does not beat any more: it was lost in the measurement");
        }
    }

    @Override
    public void close() throws IOException {
        lab.close();
        if (contextBefore != null) {
            Files.write(context, contextBefore);
        }
    }
}
