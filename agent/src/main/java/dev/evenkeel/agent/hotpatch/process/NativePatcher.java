package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Entry;
import dev.evenkeel.agent.hotpatch.process.NativeReport.Outcome;
import dev.evenkeel.agent.hotpatch.process.TargetProcess.Mapping;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Patches the processes of this host that a native patch is for. It has no memory of its own: processes say what they run. */
public final class NativePatcher {
    private static final Logger LOG = LoggerFactory.getLogger(NativePatcher.class);

    /** In one try, for all threads to stop; those that have stopped stand still for as long. */
    private static final Duration LIMIT = Duration.ofMillis(250);

    /** Something that is done to a process by a thread that ends with it. */
    @FunctionalInterface
    private interface Act {
        Outcome on(Operation operation) throws Unpatchable, IOException, Ptrace.Failed;
    }

    /**
     * The processes of this host that a patch is for. None is touched.
     *
     * @throws IOException when the file is no patch, with what is wrong with it
     */
    public List<TargetProcess> find(Path file) throws IOException {
        NativePatch patch = NativePatch.read(file);
        List<TargetProcess> found = new ArrayList<>();
        for (TargetProcess each : TargetProcess.all()) {
            if (target(each, patch).isPresent()) {
                found.add(each);
            }
        }
        return found;
    }

    /**
     * Patches them all, one by one. What is not possible in one process is in its entry and does not keep the others from it.
     * Processes that run it already are told as such, so that this may be called again for those that started since.
     *
     * @throws IOException when the file is no patch, with what is wrong with it; nothing was touched then
     */
    public synchronized NativeReport apply(Path file) throws IOException {
        NativePatch patch = NativePatch.read(file);
        List<Entry> entries = new ArrayList<>();
        for (TargetProcess process : TargetProcess.all()) {
            Optional<Mapping> target = target(process, patch);
            if (target.isPresent()) {
                entries.add(told(patch.id(), process, act(process, each -> each.apply(patch, target.get()))));
            }
        }
        return new NativeReport(patch.id(), entries);
    }

    /** Turns the entries back in all processes that run a patch, whoever applied it. */
    public synchronized NativeReport undo(PatchId patch) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (TargetProcess process : TargetProcess.all()) {
            for (Installed each : active(process, patch)) {
                entries.add(told(patch, process, act(process, operation -> operation.undo(each))));
            }
        }
        return new NativeReport(patch, entries);
    }

    /** What each process that ever took a patch has in its memory. */
    public List<NativeState> state() throws IOException {
        List<NativeState> states = new ArrayList<>();
        for (TargetProcess process : TargetProcess.all()) {
            List<NativeState.Running> running = new ArrayList<>();
            try (Memory memory = new Memory(process, false)) {
                for (Installed each : Installed.in(process.mappings(), memory)) {
                    running.add(new NativeState.Running(each.patch(), each.digest(), each.isActive(memory)));
                }
            } catch (IOException e) {
                continue; // it has ended, or is one that we may not look into and so never patched
            }
            if (!running.isEmpty()) {
                states.add(new NativeState(process, running));
            }
        }
        return states;
    }

    private static List<Installed> active(TargetProcess process, PatchId patch) {
        List<Installed> active = new ArrayList<>();
        try (Memory memory = new Memory(process, false)) {
            for (Installed each : Installed.in(process.mappings(), memory)) {
                if (each.patch().equals(patch) && each.isActive(memory)) {
                    active.add(each);
                }
            }
        } catch (IOException e) {
            return List.of(); // as in state()
        }
        return active;
    }

    private static Optional<Mapping> target(TargetProcess process, NativePatch patch) {
        try {
            for (Map.Entry<String, Mapping> each : Module.files(process).entrySet()) {
                if (Module.isNamed(each.getValue(), patch.target())) {
                    return Optional.of(each.getValue());
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // it has ended, or is not ours to look at
        }
        return Optional.empty();
    }

    /** ptrace knows a tracer by its thread, and lets all tracees go when that one ends; so each process gets one of its own. */
    private static Outcome act(TargetProcess process, Act act) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        Thread tracer = Thread.ofPlatform().name("tracer-" + process.pid()).start(() -> {
            try {
                outcome.complete(trace(process, act));
            } catch (Throwable e) { // a bug is thrown where it is waited for
                outcome.completeExceptionally(e);
            }
        });
        boolean interrupted = false;
        while (tracer.isAlive()) {
            try {
                tracer.join();
            } catch (InterruptedException e) {
                interrupted = true; // a process that is half patched is worse than an agent that ends late
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome.join();
    }

    private static Outcome trace(TargetProcess process, Act act) {
        if (!System.getProperty("os.arch").equals("amd64")) {
            return new NativeReport.Refused(Refusal.of("ARCHITECTURE", "native functions are patched on x86-64 only"));
        }
        try (Memory memory = new Memory(process, true)) {
            return act.on(new Operation(process, memory, LIMIT));
        } catch (Unpatchable e) {
            return new NativeReport.Refused(e.refusal());
        } catch (Ptrace.Failed | IOException e) {
            boolean there = process.isAlive();
            String who = process.command() + " (pid " + process.pid() + ")";
            return new NativeReport.Refused(
                    there
                            ? Refusal.of("NO_PERMISSION", "the agent may not change " + who + ": " + e.getMessage())
                            : Refusal.of("TARGET_GONE", who + " has ended"));
        }
    }

    private static Entry told(PatchId patch, TargetProcess process, Outcome outcome) {
        LOG.info("{} in pid {} ({}): {}", patch, process.pid(), process.command(), outcome);
        return new Entry(process, outcome);
    }
}
