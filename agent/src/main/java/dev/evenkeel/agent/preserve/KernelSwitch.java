package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.migrate.GuestClock;
import dev.evenkeel.agent.packages.Closing;
import dev.evenkeel.agent.packages.Command;
import dev.evenkeel.agent.preserve.KernelReadiness.Candidate;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Update;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts another kernel on this host while its VMs stand still. Their memory lies in files in a part of the memory that kernels
 * leave alone; the state of their devices is saved beside it, the next kernel is started by kexec, and there they are restored:
 * by a script that the host runs as soon as libvirt answers, and by the agent where it has not. Whatever can be done or refused
 * while the VMs run is done before. When the next kernel does not come up, the host comes back with the one it starts with, and
 * the VMs are restored there.
 */
public final class KernelSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(KernelSwitch.class);

    private static final Path LIBVIRT = Path.of("/var/lib/libvirt");

    /** The first orders to processes of restored VMs. Empty at all other times; on every host, for a VM may move there. */
    private static final Path ORDERS = LIBVIRT.resolve("evenkeel-orders");

    private static final String FIRST_ORDERS =
            "{\"execute\":\"qmp_capabilities\"}\n" + IncomingMonitor.ignoreShared(true) + "\n";

    private static final Path CONFIGURATION = Path.of("/etc/libvirt");
    private static final Duration AGENT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration SYNC = Duration.ofMinutes(2);
    private static final int SAVED_AT_ONCE = 4;

    private final Path state;
    private final Supplier<Connection> libvirt;
    private final Closing closing;
    private final VmmHandover.Reload reload;
    private final Resumption resumption;

    /**
     * @param state the agent's own directory, on a disk
     * @param closing keeps VMs away while the kernel is replaced
     */
    public KernelSwitch(Path state, Supplier<Connection> libvirt, Closing closing, VmmHandover.Reload reload) {
        this.state = state;
        this.libvirt = libvirt;
        this.closing = closing;
        this.reload = reload;
        this.resumption = new Resumption(libvirt, script());
    }

    /** Makes sure that VMs that were restored here, or on another host, find an empty file when their process looks for orders. */
    public void install() throws IOException {
        if (!Files.exists(ORDERS) && Files.isDirectory(LIBVIRT)) {
            Files.createFile(ORDERS);
        }
    }

    /** VMs that stand still are resumed when the agent starts, whoever wants to know what came of it. */
    public synchronized void takeUp() {
        try {
            KernelNote.read(note()).ifPresent(this::takeUp);
        } catch (IOException e) {
            LOG.error("{}", unreadable(e).why());
        }
    }

    private Outcome takeUp(KernelNote left) {
        Outcome outcome = left.outcome();
        return outcome == null ? settle(left, null) : outcome;
    }

    /** What became of an order that was cut off by the end of the kernel, or of this agent. */
    public Probe probe(EffectId effect) {
        try {
            Optional<KernelNote> note =
                    KernelNote.read(note()).filter(n -> n.effect().equals(effect));
            if (note.isEmpty()) {
                return new Probe.NotStarted();
            }
            Outcome outcome = note.get().outcome();
            return outcome == null ? new Probe.Running() : new Probe.Ended(outcome);
        } catch (IOException e) {
            return new Probe.Unknown(unreadable(e));
        }
    }

    /** What the last one came to; empty when there was none, or VMs stand still. */
    public Optional<Outcome> last() throws IOException {
        return KernelNote.read(note()).flatMap(note -> Optional.ofNullable(note.outcome()));
    }

    /** @param back the kernel that ran before the update was first brought in is wanted, not the update's own */
    public synchronized Outcome perform(EffectId effect, Update update, boolean back) {
        try {
            if (!back) {
                remember(update);
                return start(effect, update.verify().getOrDefault("kernel", ""));
            }
            Path before = before(update);
            return start(effect, Files.exists(before) ? Files.readString(before).strip() : NextKernel.running());
        } catch (IOException e) {
            return notPrepared(e);
        }
    }

    /** Notes the kernel that runs before an update is brought in, for the way back. */
    public void remember(Update update) throws IOException {
        String running = NextKernel.running();
        if (!Update.matches(running, update.verify().getOrDefault("kernel", ""))) {
            PrivateFiles.makeDirectory(state.resolve("kernels"));
            PrivateFiles.write(before(update), running + "\n");
        }
    }

    private Path before(Update update) {
        return state.resolve("kernels").resolve(update.id().value().replaceAll("[^A-Za-z0-9._-]", "_"));
    }

    /**
     * Starts a kernel, or says what came of it when this effect has done so.
     *
     * @param wanted its release, or what the release begins with, as in an update's verify
     */
    public synchronized Outcome start(EffectId effect, String wanted) {
        try {
            Optional<KernelNote> left = KernelNote.read(note());
            if (left.isPresent()) {
                Outcome settled = takeUp(left.get());
                if (left.get().effect().equals(effect)) {
                    return settled;
                }
                if (settled instanceof Outcome.Unknown unknown) {
                    return failed(unknown.why());
                }
            }
        } catch (IOException e) {
            return new Outcome.Unknown(unreadable(e));
        }
        try {
            String running = NextKernel.running();
            if (Update.matches(running, wanted)) {
                return new Outcome.Switched(kernel(running), kernel(running), List.of(), null);
            }
            Optional<PersistentMemory.Mount> mount = PersistentMemory.mount();
            Optional<NextKernel> next = NextKernel.find(wanted);
            if (mount.isEmpty() || next.isEmpty()) {
                return failed(mount.isEmpty() ? notKept() : notInstalled(wanted));
            }
            Optional<Refusal> loses = next.get().losesMemory();
            return loses.isPresent() ? failed(loses.get()) : begin(effect, running, next.get(), mount.get());
        } catch (IOException | LibvirtException e) {
            tidy();
            return notPrepared(e);
        }
    }

    private static Outcome notPrepared(Exception e) {
        return failed(Refusal.of(
                "NOT_PREPARED",
                "this host could not be made ready for another kernel, and no VM was touched: " + e.getMessage()));
    }

    /** All that can be done while the VMs run; whatever fails in here leaves them running. */
    private Outcome begin(EffectId effect, String running, NextKernel next, PersistentMemory.Mount mount)
            throws IOException {
        Path kept = kept();
        KernelNote note;
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
                return failed(no.get());
            }
            Map<String, String> places = Map.of(
                    "KEPT", kept.toString(),
                    "BASE", PersistentMemory.backingDirectory().toString(),
                    "RESUME", script().toString(),
                    "FORGET", IncomingMonitor.ignoreShared(false));
            if (Hook.installKept(CONFIGURATION, places)) {
                reload.reload();
            }
            PrivateFiles.write(script(), Hook.script("resume-vms.sh", places));
            Files.setPosixFilePermissions(script(), PosixFilePermissions.fromString("rwx------"));
            next.load();
            for (Candidate vm : found.vms()) {
                try (Domain domain = connection.domain(vm.id()).orElseThrow()) {
                    KeptVm.of(kept, vm.id()).prepare(domain, vm.memory(), ORDERS);
                }
            }
            closing.close(effect);
            if (!KernelReadiness.look(connection, mount).equals(found)) {
                tidy();
                return failed(Refusal.of("VMS_CHANGED", "VMs came or went while this host was made ready"));
            }
            note = new KernelNote(
                    effect, running, next.release(), KernelNote.thisBoot(), began, clocks(connection, found), null);
            note.write(note());
        }
        return go(note, kept, mount);
    }

    private static List<KernelNote.Kept> clocks(Connection connection, KernelReadiness.Found found) {
        List<KernelNote.Kept> vms = new ArrayList<>();
        for (Candidate vm : found.vms()) {
            try (Domain domain = connection.domain(vm.id()).orElseThrow()) {
                Optional<GuestClock.Reading> clock = GuestClock.look(domain, AGENT_PATIENCE);
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

    /** The VMs stand still from here on; there is no way out of it but through {@link #settle}. */
    private Outcome go(KernelNote note, Path kept, PersistentMemory.Mount mount) {
        Refusal why;
        try {
            save(note, kept);
            run("sync");
            boolean unmounted = run("umount", mount.directory().toString())
                    || run("mount", "-o", "remount,ro", mount.directory().toString());
            why = Refusal.of(
                    "KEXEC_FAILED",
                    unmounted
                            ? NextKernel.start()
                            : mount.directory() + " could not be unmounted, so nothing was started");
            if (PersistentMemory.mount().isEmpty()) {
                run(
                        "mount",
                        "-o",
                        mount.options(),
                        mount.device(),
                        mount.directory().toString());
            } else {
                run("mount", "-o", "remount,rw", mount.directory().toString());
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("another kernel is not started", e);
            why = Refusal.of("SAVE_FAILED", "another kernel was not started: " + e.getMessage());
        }
        return settle(note, why);
    }

    private void save(KernelNote note, Path kept) throws IOException {
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

    /**
     * Sees to it that every VM runs again, in whatever kernel this is, and says what became of it.
     *
     * @param why it was given up, or null when this life of the agent does not know
     */
    private Outcome settle(KernelNote note, @Nullable Refusal why) {
        try {
            closing.open(); // the hook lets nobody start a VM that stands still
            if (PersistentMemory.mount().isEmpty()) {
                return new Outcome.Unknown(Refusal.of(
                        "MEMORY_NOT_MOUNTED",
                        "VMs stand still, and the file system with their memory is not mounted on "
                                + PersistentMemory.backingDirectory()
                                + "; mount it there with -o dax=always, and they are"
                                + " resumed"));
            }
            Resumption.Result result = resumption.resume(note, kept());
            if (result.waiting() != null) {
                return new Outcome.Unknown(result.waiting());
            }
            String running = NextKernel.running();
            Outcome outcome = new Outcome.Switched(
                    kernel(note.from()),
                    kernel(running),
                    result.stood(),
                    running.equals(note.wanted()) ? null : notSwitched(note, why));
            note.ended(outcome).write(note());
            tidy();
            return outcome;
        } catch (IOException | LibvirtException e) {
            LOG.error("VMs may stand still", e);
            return new Outcome.Unknown(Refusal.of(
                    "VMS_STAND_STILL",
                    "VMs may stand still on this host, and it can't be told: " + e.getMessage()
                            + "; look at the agent's log there"));
        }
    }

    private static Refusal notSwitched(KernelNote note, @Nullable Refusal why) throws IOException {
        if (why != null) {
            return why;
        }
        return KernelNote.thisBoot().equals(note.boot())
                ? Refusal.of("CUT_OFF", "the agent ended before the other kernel was started; the VMs were resumed")
                : Refusal.of(
                        "KERNEL_CAME_BACK",
                        "kernel " + note.wanted() + " did not come up; the host came back with " + NextKernel.running()
                                + ", and the VMs were resumed there; see the host's console for what the kernel said");
    }

    /** Leaves nothing behind that is only for VMs that stand still. */
    private void tidy() {
        try {
            for (KeptVm vm : KeptVm.in(kept())) {
                vm.forget();
            }
            Files.deleteIfExists(kept().resolve("lock"));
            Files.deleteIfExists(kept());
            Files.deleteIfExists(script());
            if (Files.exists(ORDERS)) {
                Files.writeString(ORDERS, "");
            }
            NextKernel.unload();
        } catch (IOException e) {
            LOG.warn("something is left of a change of the kernel: {}", e.toString());
        }
        closing.open();
    }

    private Path note() {
        return state.resolve("kernel-switch.json");
    }

    private Path script() {
        return state.resolve("resume-vms");
    }

    /** Beside libvirt's own directories of files that are memory. */
    private static Path kept() throws IOException {
        return PersistentMemory.backingDirectory().resolve("libvirt").resolve("evenkeel-kernel");
    }

    private static SortedMap<String, String> kernel(String release) {
        return new TreeMap<>(Map.of("kernel", release));
    }

    private static Outcome failed(Refusal why) {
        return new Outcome.Failed(why, Aftermath.UNCHANGED, false);
    }

    private static Refusal unreadable(IOException e) {
        return Refusal.of("NOTE_UNREADABLE", "whether VMs stand still on this host can't be read: " + e.getMessage());
    }

    private static Refusal notKept() throws IOException {
        return Refusal.of(
                "NO_PERSISTENT_MEMORY",
                "VMs' memory in " + PersistentMemory.backingDirectory()
                        + " does not outlive the kernel; mount ext4 with dax=always from memory that the kernel's parameter"
                        + " memmap=SIZE!START reserves");
    }

    private static Refusal notInstalled(String wanted) {
        return Refusal.of(
                "NO_KERNEL",
                "there is not just one kernel " + wanted + " with its initrd in /boot; install its package, or name one"
                        + " release in the update's verify");
    }
}
