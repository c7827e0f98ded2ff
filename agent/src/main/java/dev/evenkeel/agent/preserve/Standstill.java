package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.packages.Closing;
import dev.evenkeel.agent.packages.Command;
import dev.evenkeel.agent.packages.Waiting;
import dev.evenkeel.agent.preserve.KernelReadiness.Candidate;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from running VMs to the end of the kernel beneath them, a part of {@link KernelSwitch}: all that can be done before they
 * stop, then their stop, the save of what they have beside their memory, and the start of the next kernel.
 */
final class Standstill {
    private static final Logger LOG = LoggerFactory.getLogger(Standstill.class);

    private static final Path LIBVIRT = Path.of("/var/lib/libvirt");

    /** The first orders to processes of restored VMs. Empty at all other times; on every host, for a VM may move there. */
    private static final Path ORDERS = LIBVIRT.resolve("evenkeel-orders");

    private static final String FIRST_ORDERS =
            "{\"execute\":\"qmp_capabilities\"}\n" + IncomingMonitor.ignoreShared(true) + "\n";

    private static final Path CONFIGURATION = Path.of("/etc/libvirt");
    /** For one answer of a guest's agent. */
    private static final Duration AGENT_PATIENCE = Duration.ofSeconds(5);

    /** For a guest's agent that has its channel open: VMs run on meanwhile. */
    private static final Duration AGENT_IS_HEARD = Duration.ofSeconds(30);

    private static final Duration SYNC = Duration.ofMinutes(2);
    private static final int SAVED_AT_ONCE = 4;

    private final Path script;
    private final Supplier<Connection> libvirt;
    private final Closing closing;
    private final VmmHandover.Reload reload;

    /** @param script where the host finds what restores its VMs when it boots */
    Standstill(Path script, Supplier<Connection> libvirt, Closing closing, VmmHandover.Reload reload) {
        this.script = script;
        this.libvirt = libvirt;
        this.closing = closing;
        this.reload = reload;
    }

    /** Beside libvirt's own directories of files that are memory. */
    static Path kept() throws IOException {
        return PersistentMemory.backingDirectory().resolve("libvirt").resolve("evenkeel-kernel");
    }

    /** Makes sure that VMs that were restored here, or on another host, find an empty file when their process looks for orders. */
    static void install() throws IOException {
        if (!Files.exists(ORDERS) && Files.isDirectory(LIBVIRT)) {
            Files.createFile(ORDERS);
        }
    }

    /** What came of preparing: a note that is not written yet, or why not. */
    sealed interface Prepared {
        record Ready(KernelNote note) implements Prepared {}

        record Not(Refusal why) implements Prepared {}
    }

    /** Does all that can be done while the VMs run; whatever fails in here leaves them running. */
    Prepared prepare(EffectId effect, String running, NextKernel next, PersistentMemory.Mount mount)
            throws IOException {
        try (Connection connection = libvirt.get()) {
            Instant began = Instant.now();
            KernelReadiness.Found found = KernelReadiness.look(connection, mount);
            PrivateFiles.write(ORDERS, FIRST_ORDERS);
            Files.setPosixFilePermissions(ORDERS, PosixFilePermissions.fromString("rw-r--r--"));
            Optional<Refusal> no = found.refusals().isEmpty()
                    ? KernelReadiness.obeys(connection, ORDERS)
                    : Optional.of(found.refusals().getFirst());
            if (no.isPresent()) {
                tidy();
                return new Prepared.Not(no.get());
            }
            Path kept = kept();
            Map<String, String> places = Map.of(
                    "KEPT", kept.toString(),
                    "BASE", PersistentMemory.backingDirectory().toString(),
                    "RESUME", script.toString(),
                    "FORGET", IncomingMonitor.ignoreShared(false));
            if (Hook.installKept(CONFIGURATION, places)) {
                reload.reload();
            }
            PrivateFiles.write(script, Hook.script("resume-vms.sh", places));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            next.load();
            for (Candidate vm : found.vms()) {
                try (Domain domain = connection.domain(vm.id()).orElseThrow()) {
                    KeptVm.of(kept, vm.id()).prepare(domain, vm.memory(), ORDERS);
                }
            }
            Duration ahead = HardwareClock.ahead().orElse(null);
            run("sync"); // what packages have just written need not be waited for while the VMs stand still
            closing.close(effect);
            if (!KernelReadiness.look(connection, mount).equals(found)) {
                tidy();
                return new Prepared.Not(Refusal.of("VMS_CHANGED", "VMs came or went while this host was made ready"));
            }
            return new Prepared.Ready(new KernelNote(
                    effect,
                    running,
                    next.release(),
                    KernelNote.thisBoot(),
                    mount.line(),
                    ahead,
                    began,
                    clocks(connection, found),
                    null,
                    null));
        }
    }

    /** On a busy host an agent answers later than libvirt listens to it. */
    private static Optional<GuestClock.Reading> clock(Domain domain) throws IOException {
        boolean connected = DomainDescription.parse(domain.xml()).agentConnected();
        List<GuestClock.Reading> clock = new ArrayList<>();
        Waiting.until(connected ? AGENT_IS_HEARD : Duration.ZERO, () -> {
            GuestClock.look(domain, AGENT_PATIENCE).ifPresent(clock::add);
            return !clock.isEmpty();
        });
        return clock.stream().findFirst();
    }

    private static List<KernelNote.Kept> clocks(Connection connection, KernelReadiness.Found found) throws IOException {
        List<KernelNote.Kept> vms = new ArrayList<>();
        for (Candidate vm : found.vms()) {
            try (Domain domain = connection.domain(vm.id()).orElseThrow()) {
                Optional<GuestClock.Reading> clock = clock(domain);
                vms.add(new KernelNote.Kept(
                        new VmId(vm.id().toString()),
                        vm.name(),
                        clock.map(GuestClock.Reading::skewNanos).orElse(null),
                        clock.map(GuestClock.Reading::oneWayNanos).orElse(0L),
                        Instant.now()));
            }
        }
        return vms;
    }

    /**
     * Stops the VMs and starts the next kernel: does not return unless that failed, and says why.
     *
     * @param file of the note, which is there
     */
    Refusal go(KernelNote note, Path file, PersistentMemory.Mount mount) {
        try {
            save(note);
            run("sync");
            boolean unmounted = run("umount", mount.directory().toString())
                    || run("mount", "-o", "remount,ro", mount.directory().toString());
            note.leaving(Instant.now()).write(file);
            Refusal why = Refusal.of(
                    "KEXEC_FAILED",
                    unmounted
                            ? NextKernel.start()
                            : mount.directory() + " could not be unmounted, so nothing was started");
            mount(mount);
            return why;
        } catch (IOException | RuntimeException e) {
            LOG.warn("another kernel is not started", e);
            return Refusal.of("SAVE_FAILED", "another kernel was not started: " + e.getMessage());
        }
    }

    /** Has the memory where it was, whoever took it away. */
    static void mount(PersistentMemory.Mount mount) throws IOException {
        String directory = mount.directory().toString();
        if (PersistentMemory.mount().isEmpty()) {
            run("mount", "-o", mount.options(), mount.device(), directory);
        } else {
            run("mount", "-o", "remount,rw", directory);
        }
    }

    private void save(KernelNote note) throws IOException {
        Path kept = kept();
        try (ExecutorService threads = Executors.newFixedThreadPool(SAVED_AT_ONCE);
                Connection connection = libvirt.get()) {
            List<Future<?>> saves = new ArrayList<>();
            for (KernelNote.Kept vm : note.vms()) {
                UUID id = UUID.fromString(vm.vm().value());
                saves.add(threads.submit(() -> {
                    try (Domain domain = connection.domain(id).orElseThrow()) {
                        KeptVm.of(kept, id).save(domain);
                    }
                    return null;
                }));
            }
            for (Future<?> one : saves) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the agent stops", e);
        } catch (ExecutionException e) {
            throw new IOException("a VM could not be saved: " + e.getMessage(), e);
        }
    }

    private static boolean run(String... words) throws IOException {
        Command.Result result = Command.run(SYNC, Map.of(), List.of(words));
        if (!result.ok()) {
            LOG.warn("{}: {}", String.join(" ", words), result.tail());
        }
        return result.ok();
    }

    /** Leaves nothing behind that is only for VMs that stand still. */
    void tidy() {
        try {
            for (KeptVm vm : KeptVm.in(kept())) {
                vm.forget();
            }
            Files.deleteIfExists(kept().resolve("lock"));
            Files.deleteIfExists(kept());
            Files.deleteIfExists(script);
            if (Files.exists(ORDERS)) {
                Files.writeString(ORDERS, "");
            }
            NextKernel.unload();
        } catch (IOException e) {
            LOG.warn("something is left of a change of the kernel: {}", e.toString());
        }
        closing.open();
    }
}
