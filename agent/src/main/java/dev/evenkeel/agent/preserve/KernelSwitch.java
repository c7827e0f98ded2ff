package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.agent.packages.Closing;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Outcome.Aftermath;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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

    private final Path state;
    private final Closing closing;
    private final Standstill standstill;
    private final Resumption resumption;

    /**
     * @param state the agent's own directory, on a disk
     * @param closing keeps VMs away while the kernel is replaced
     */
    public KernelSwitch(Path state, Supplier<Connection> libvirt, Closing closing, VmmHandover.Reload reload) {
        this.state = state;
        this.closing = closing;
        this.standstill = new Standstill(script(), libvirt, closing, reload);
        this.resumption = new Resumption(libvirt, script());
    }

    /** Makes sure that VMs that were restored here, or on another host, find an empty file when their process looks for orders. */
    public void install() throws IOException {
        Standstill.install();
    }

    /** VMs that stand still are resumed when the agent starts, whoever wants to know what came of it. */
    public synchronized void takeUp() {
        try (FileChannel alone = alone()) {
            KernelNote.read(note()).ifPresent(this::takeUp);
        } catch (IOException e) {
            LOG.error("{}", unreadable(e).why());
        }
    }

    /**
     * Waits until no other process of this host is about it: an agent that took up what a person has begun by hand would let
     * VMs run that are about to lose their kernel.
     *
     * @return held until it is closed, or the process ends
     */
    private FileChannel alone() throws IOException {
        PrivateFiles.makeDirectory(state);
        FileChannel file = FileChannel.open(
                state.resolve("kernel-switch.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (file.tryLock() == null) {
            LOG.info("another process of this host is about to start another kernel; it is let end first");
            file.lock();
        }
        return file;
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
        try (FileChannel alone = alone()) {
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
            return begin(effect, wanted);
        } catch (IOException e) {
            return new Outcome.Unknown(unreadable(e));
        }
    }

    private Outcome begin(EffectId effect, String wanted) {
        KernelNote note;
        PersistentMemory.Mount mount;
        try {
            String running = NextKernel.running();
            if (Update.matches(running, wanted)) {
                return new Outcome.Switched(kernel(running), kernel(running), List.of(), null);
            }
            Optional<PersistentMemory.Mount> kept = PersistentMemory.mount();
            Optional<NextKernel> next = NextKernel.find(wanted);
            if (kept.isEmpty() || next.isEmpty()) {
                return failed(kept.isEmpty() ? notKept() : notInstalled(wanted));
            }
            Optional<Refusal> loses = next.get().losesMemory();
            if (loses.isPresent()) {
                return failed(loses.get());
            }
            mount = kept.get();
            switch (standstill.prepare(effect, running, next.get(), mount)) {
                case Standstill.Prepared.Not not -> {
                    return failed(not.why());
                }
                case Standstill.Prepared.Ready ready -> note = ready.note();
            }
            note.write(note());
        } catch (IOException | LibvirtException e) {
            standstill.tidy();
            return notPrepared(e);
        }
        return settle(note, standstill.go(note, note(), mount));
    }

    private static Outcome notPrepared(Exception e) {
        return failed(Refusal.of(
                "NOT_PREPARED",
                "this host could not be made ready for another kernel, and no VM was touched: " + e.getMessage()));
    }

    /**
     * Sees to it that every VM runs again, in whatever kernel this is, and says what became of it.
     *
     * @param why it was given up, or null when this life of the agent does not know
     */
    private Outcome settle(KernelNote note, @Nullable Refusal why) {
        try {
            closing.open(); // the hook lets nobody start a VM that stands still
            if (note.mount() != null && PersistentMemory.mount().isEmpty()) {
                Standstill.mount(PersistentMemory.Mount.of(note.mount()));
            }
            if (PersistentMemory.mount().isEmpty()) {
                return new Outcome.Unknown(Refusal.of(
                        "MEMORY_NOT_MOUNTED",
                        "VMs stand still, and the file system with their memory is not mounted on "
                                + PersistentMemory.backingDirectory()
                                + "; mount it there with -o dax=always, and they are"
                                + " resumed"));
            }
            Resumption.Result result = resumption.resume(note, Standstill.kept());
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
            standstill.tidy();
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

    private Path note() {
        return state.resolve("kernel-switch.json");
    }

    private Path script() {
        return state.resolve("resume-vms");
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
