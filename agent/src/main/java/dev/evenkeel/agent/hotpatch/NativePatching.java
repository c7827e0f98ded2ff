package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import dev.evenkeel.agent.hotpatch.process.NativePatch;
import dev.evenkeel.agent.hotpatch.process.NativePatcher;
import dev.evenkeel.agent.hotpatch.process.NativeReport;
import dev.evenkeel.agent.hotpatch.process.NativeState;
import dev.evenkeel.agent.hotpatch.process.TargetProcess;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.PatchFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns functions of all processes that a patch is for to their replacements, or of none. */
final class NativePatching implements Mechanism {
    private final NativePatcher patcher;

    NativePatching(NativePatcher patcher) {
        this.patcher = patcher;
    }

    @Override
    public @Nullable Refusal preflight(PatchFile patch, Path file) {
        try {
            NativePatch read = NativePatch.read(file);
            return read.id().equals(id(patch)) && read.buildId().equals(patch.target())
                    ? null
                    : Refusal.of(
                            "WRONG_PATCH",
                            patch.file() + " is patch " + read.id() + " for build " + read.buildId()
                                    + ", its manifest says " + id(patch) + " for " + patch.target());
        } catch (IOException e) {
            return Refusal.of("WRONG_PATCH", patch.file() + " is no patch for processes: " + e.getMessage());
        }
    }

    private static PatchId id(PatchFile patch) {
        return new PatchId(patch.name(), patch.version());
    }

    @Override
    public boolean isLive(PatchFile patch, Path file) throws IOException {
        Set<TargetProcess> with = new HashSet<>();
        for (NativeState state : patcher.state()) {
            boolean has = state.patches().stream()
                    .anyMatch(running -> running.active()
                            && running.patch().equals(id(patch))
                            && running.digest().equals(patch.sha256()));
            if (has) {
                with.add(state.process());
            }
        }
        return with.containsAll(patcher.find(file));
    }

    @Override
    public GoneIn goIn(PatchFile patch, Path file) throws IOException {
        NativeReport report = patcher.apply(file);
        List<NativeReport.Entry> refused = refused(report);
        if (refused.isEmpty()) {
            return new GoneIn.Done();
        }
        Refusal why = Refusal.of(
                "NOT_ALL_PROCESSES",
                refused.size() + " of " + report.entries().size() + " processes can't take " + patch.name() + ": "
                        + describe(refused));
        List<NativeReport.Entry> left = refused(patcher.undo(id(patch)));
        return left.isEmpty() ? new GoneIn.Refused(why) : new GoneIn.Stuck(why.with("undo", describe(left)));
    }

    @Override
    public void keepUp(PatchFile patch, Path file) throws IOException {
        if (!isLive(patch, file)) {
            patcher.apply(file);
        }
    }

    @Override
    public GoneIn comeOut(PatchFile patch) throws IOException {
        NativeReport report = patcher.undo(id(patch));
        List<NativeReport.Entry> left = refused(report);
        if (left.isEmpty()) {
            return new GoneIn.Done();
        }
        Refusal why =
                Refusal.of("NOT_UNDONE", left.size() + " processes run " + patch.name() + " still: " + describe(left));
        return left.size() == report.entries().size() ? new GoneIn.Refused(why) : new GoneIn.Stuck(why);
    }

    private static List<NativeReport.Entry> refused(NativeReport report) {
        return report.entries().stream()
                .filter(entry -> entry.outcome() instanceof NativeReport.Refused)
                .toList();
    }

    private static String describe(List<NativeReport.Entry> refused) {
        return refused.stream()
                .map(entry -> entry.process().pid() + ": "
                        + (entry.outcome() instanceof NativeReport.Refused no
                                ? no.why().why()
                                : "?"))
                .collect(Collectors.joining("; "));
    }
}
