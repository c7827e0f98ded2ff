package dev.evenkeel.bench;

import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The ways in which a running VM of libvirt's gets a new QEMU process: ours and the rivals'. How long it stood still is read from its
 * heartbeats: how far its clock fell behind.
 */
final class NewProcess implements AutoCloseable {
    /** A host's directory on the machine's own disk, for an operator saves no VM to RAM. */
    private static final String SAVED = "/opt/evenkeel/shelf/bench.save";
    /** So many beats before and after tell how far the guest's clock fell behind. */
    static final Duration AROUND = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration MIGRATION_BOUND = Duration.ofMinutes(1);

    private final BenchLab bench;
    private final Movers movers;

    NewProcess(BenchLab bench) throws IOException {
        this.bench = bench;
        this.movers = new Movers(
                bench, Files.createDirectories(bench.lab().directory().resolve("moves")));
    }

    /** Something that stops a VM for a while. */
    @FunctionalInterface
    interface Act {
        void run() throws IOException;
    }

    /**
     * Does it and waits until the VM has gone on for a while.
     *
     * @return how long the VM stood still
     * @throws IOException when it does not beat afterwards, was restarted, runs twice or has damaged memory
     */
    static Duration stop(LabVm vm, Act act) throws IOException {
        Instant begin = Instant.now();
        act.run();
        Instant end = Instant.now();
        BenchLab.settle(vm, AROUND);
        Pulse pulse = vm.pulse(begin.minus(AROUND.multipliedBy(2)));
        Instant now = Instant.now();
        if (pulse.restarts(begin, now) > 0 || pulse.doubled(begin, now) > 1 || pulse.badPages(begin, now) > 0) {
            throw new IOException(vm + " was restarted, doubled or damaged in the measurement");
        }
        return pulse.stop(begin, end)
                .orElseThrow(() -> new IOException(vm + " beat too little to tell how long it stood still"));
    }

    /** By {@code evenkeel agent handover}. */
    Duration handOver(LabVm vm) throws IOException {
        Command command = handoverCommand(vm);
        return stop(vm, command::check);
    }

    /** The agent's own command on the host of the VM, in a JVM like an agent's. */
    Command handoverCommand(LabVm vm) throws IOException {
        return bench.hostOf(vm)
                .command(List.of(
                        "/opt/evenkeel/jdk/bin/java",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        "/opt/evenkeel/lib/*",
                        "dev.evenkeel.agent.Main",
                        "handover",
                        vm.name()))
                .within(PATIENCE);
    }

    /** By {@code virsh save} to a disk and {@code virsh restore}. */
    Duration saveAndRestore(LabVm vm) throws IOException {
        LabHost host = bench.hostOf(vm);
        try {
            return stop(vm, () -> {
                virsh(host, "save", vm.name(), SAVED);
                virsh(host, "restore", SAVED);
            });
        } finally {
            host.command(List.of("rm", "-f", SAVED)).check();
        }
    }

    private static void virsh(LabHost host, String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of("virsh", "-q", "-c", "qemu:///system"));
        all.addAll(List.of(words));
        host.command(all).within(PATIENCE).check();
    }

    /** By {@code virsh migrate --live} to the other host, with its defaults; empty, and said, when that does not end well. */
    Optional<Duration> migrate(LabVm vm, PrintWriter out) throws IOException {
        Trip trip = movers.virsh(vm, PATIENCE, MIGRATION_BOUND);
        if (!trip.moved()) {
            out.println("virsh migrate --live " + vm + ": " + trip.how());
        }
        return trip.moved() ? trip.stop() : Optional.empty();
    }

    @Override
    public void close() {
        movers.close();
    }
}
