package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.packages.Waiting;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.PatchFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings a livepatch into the running kernel and out of it. The kernel itself does not mind a module that was built for another
 * release as long as the symbols that it uses look the same, so whether it fits is decided here. A transition that does not end
 * in time is turned round, and the tasks that held it up are named; nothing is ever forced.
 */
final class Livepatching implements Mechanism {
    private final LivepatchKernel kernel;
    private final Duration patience;

    /** @param patience for a transition, each way; the kernel itself wakes sleepers after 15 seconds */
    Livepatching(LivepatchKernel kernel, Duration patience) {
        this.kernel = kernel;
        this.patience = patience;
    }

    @Override
    public @Nullable Refusal preflight(PatchFile patch, Path file) throws IOException {
        if (!kernel.takesPatches()) {
            return Refusal.of(
                    "NO_LIVEPATCH",
                    "the kernel takes no livepatches from this agent: it needs CONFIG_LIVEPATCH, CAP_SYS_MODULE and"
                            + " kernel.modules_disabled=0");
        }
        ModuleFile module = ModuleFile.read(file);
        String runs = kernel.release();
        if (!module.release().equals(runs) || !patch.target().equals(runs)) {
            return Refusal.of(
                            "WRONG_RELEASE",
                            patch.file() + " was built for " + module.release() + ", its manifest says "
                                    + patch.target() + ", and " + runs
                                    + " runs; build it against the headers of the release that runs")
                    .with("built", module.release())
                    .with("runs", runs);
        }
        if (!module.livepatch() || !module.name().equals(patch.name())) {
            return Refusal.of(
                    "WRONG_MODULE",
                    patch.file() + " is "
                            + (module.livepatch() ? "livepatch " : "no livepatch but the module ")
                            + module.name() + ", its manifest says livepatch " + patch.name());
        }
        return kernel.patches().values().stream()
                .filter(LoadedPatch::transition)
                .filter(other -> !other.name().equals(patch.name()))
                .findFirst()
                .map(other -> Refusal.of(
                        "TRANSITION_UNDER_WAY",
                        "livepatch " + other.name() + " is in transition on this host, and the kernel takes one at a"
                                + " time; wait for it, or reverse it: echo 0 >/sys/kernel/livepatch/" + other.name()
                                + "/enabled"))
                .orElse(null);
    }

    /** Whether the kernel has this very patch live, and no task is on its way to it any more. */
    @Override
    public boolean isLive(PatchFile patch, Path file) throws IOException {
        Optional<LoadedPatch> loaded = kernel.find(patch.name());
        return loaded.isPresent() && loaded.get().isLive() && kernel.isBuiltAs(patch.name(), file);
    }

    @Override
    public GoneIn goIn(PatchFile patch, Path file) throws IOException {
        Optional<LoadedPatch> loaded = kernel.find(patch.name());
        boolean ours = kernel.isBuiltAs(patch.name(), file);
        if (loaded.isPresent() && (!ours || !loaded.get().enabled())) {
            return new GoneIn.Refused(Refusal.of(
                    "NAME_TAKEN",
                    "another livepatch " + patch.name() + " is in the kernel; take it out first: echo 0"
                            + " >/sys/kernel/livepatch/" + patch.name() + "/enabled, then rmmod " + patch.name()));
        }
        if (loaded.isEmpty()) {
            Optional<String> stale = kernel.remove(patch.name()); // one that came out earlier
            List<String> before = kernel.said(patch.name());
            Optional<String> no = stale.isPresent() ? stale : kernel.insert(file);
            if (no.isPresent() && kernel.find(patch.name()).isEmpty()) {
                return new GoneIn.Refused(refused(patch, no.get(), before));
            }
        }
        return followIn(patch);
    }

    private Refusal refused(PatchFile patch, String complaint, List<String> before) throws IOException {
        List<String> now = kernel.said(patch.name());
        List<String> fresh = now.stream().filter(line -> !before.contains(line)).toList();
        String said = String.join("; ", fresh.isEmpty() ? now.subList(Math.max(0, now.size() - 3), now.size()) : fresh);
        return Refusal.of("KERNEL_REFUSED", "the kernel does not take " + patch.file() + ": " + complaint)
                .with("kernel", said);
    }

    private GoneIn followIn(PatchFile patch) throws IOException {
        if (arrives(patch.name(), now -> now.isEmpty() || !now.get().transition())) {
            Optional<LoadedPatch> now = kernel.find(patch.name());
            return now.isPresent() && now.get().enabled()
                    ? new GoneIn.Done()
                    : new GoneIn.Refused(Refusal.of(
                            "REVERSED", "somebody reversed livepatch " + patch.name() + " while it went in"));
        }
        Refusal why = heldUp(patch, true);
        kernel.disable(patch.name());
        if (!arrives(patch.name(), Optional::isEmpty)) {
            return new GoneIn.Stuck(why.with("reversal", HeldUp.tell(kernel.heldUp(false))));
        }
        Optional<String> stays = kernel.remove(patch.name());
        return new GoneIn.Refused(stays.isEmpty() ? why : why.with("rmmod", stays.get()));
    }

    /** A way out that does not end in time is turned round, so that the patch stays live. */
    @Override
    public GoneIn comeOut(PatchFile patch) throws IOException {
        if (kernel.find(patch.name()).isPresent()) {
            kernel.disable(patch.name());
            if (!arrives(patch.name(), Optional::isEmpty)) {
                Refusal why = heldUp(patch, false);
                kernel.enable(patch.name());
                return arrives(patch.name(), now -> now.isPresent() && now.get().isLive())
                        ? new GoneIn.Refused(why)
                        : new GoneIn.Stuck(why);
            }
        }
        Optional<String> stays = kernel.remove(patch.name());
        return stays.isEmpty()
                ? new GoneIn.Done()
                : new GoneIn.Stuck(Refusal.of(
                        "MODULE_STAYS",
                        "module " + patch.name() + " is not live and can't be unloaded: " + stays.get()));
    }

    private Refusal heldUp(PatchFile patch, boolean enabling) throws IOException {
        List<HeldUp> tasks = kernel.heldUp(enabling);
        return Refusal.of(
                        "TRANSITION_STUCK",
                        "livepatch " + patch.name() + " did not " + (enabling ? "go in" : "come out") + " within "
                                + patience.toSeconds() + " s and was turned round; it waited for "
                                + HeldUp.tell(tasks)
                                + ". End or wake these tasks and try again")
                .with("tasks", HeldUp.tell(tasks));
    }

    private boolean arrives(String name, Predicate<Optional<LoadedPatch>> there) throws IOException {
        return Waiting.until(patience, () -> there.test(kernel.find(name)));
    }
}
