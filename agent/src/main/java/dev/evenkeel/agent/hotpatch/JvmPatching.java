package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.agent.hotpatch.jvm.JvmPatch;
import dev.evenkeel.agent.hotpatch.jvm.JvmPatcher;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport;
import dev.evenkeel.agent.hotpatch.jvm.JvmState;
import dev.evenkeel.agent.hotpatch.jvm.Limits;
import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import dev.evenkeel.agent.hotpatch.jvm.TargetJvm;
import dev.evenkeel.agent.hotpatch.jvm.inside.Standing;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.PatchFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Redefines classes in all JVMs of the host that a patch is for, or in none: where one can't take it, the others run what they ran
 * before, and each is told with its reason. JVMs are not visited for every look at the host: what they said is believed for a while.
 */
final class JvmPatching implements Mechanism {
    private static final Logger LOG = LoggerFactory.getLogger(JvmPatching.class);
    private static final Duration BELIEVED = Duration.ofMinutes(1);

    private final JvmPatcher patcher;
    private final Map<String, Verdict> verdicts = new HashMap<>();

    private record Verdict(long nanos, boolean live) {}

    JvmPatching(JvmPatcher patcher) {
        this.patcher = patcher;
    }

    static boolean isPossible() {
        return ModuleLayer.boot().findModule("jdk.attach").isPresent();
    }

    @Override
    public @Nullable Refusal preflight(PatchFile patch, Path file) throws IOException {
        try {
            JvmPatch jar = JvmPatch.read(file, Limits.USUAL.check());
            boolean same = jar.id().equals(id(patch)) && jar.targets().contains(patch.target());
            return same
                    ? null
                    : Refusal.of(
                            "WRONG_PATCH",
                            patch.file() + " is patch " + jar.id() + " for " + String.join(", ", jar.targets())
                                    + ", its manifest says " + id(patch) + " for " + patch.target());
        } catch (JvmPatch.Malformed e) {
            return Refusal.of("WRONG_PATCH", patch.file() + " is no patch for JVMs: " + e.getMessage());
        }
    }

    private static PatchId id(PatchFile patch) {
        return new PatchId(patch.name(), patch.version());
    }

    @Override
    public synchronized boolean isLive(PatchFile patch, Path file) throws IOException {
        Verdict known = verdicts.get(patch.sha256());
        if (known != null && System.nanoTime() - known.nanos() < BELIEVED.toNanos()) {
            return known.live();
        }
        Set<TargetJvm> with = new HashSet<>();
        for (JvmState state : patcher.state()) {
            boolean has = state.patches().stream()
                    .anyMatch(running -> running.patch().equals(id(patch))
                            && running.digest().equals(patch.sha256())
                            && running.standing() != Standing.LEFT_ALONE);
            if (has) {
                with.add(state.jvm());
            }
        }
        return told(patch, with.containsAll(patcher.find(file)));
    }

    private boolean told(PatchFile patch, boolean live) {
        verdicts.put(patch.sha256(), new Verdict(System.nanoTime(), live));
        return live;
    }

    @Override
    public synchronized GoneIn goIn(PatchFile patch, Path file) throws IOException {
        JvmReport report = patcher.apply(file);
        if (report.refused().isEmpty()) {
            told(patch, true);
            return new GoneIn.Done();
        }
        Refusal why = refusal("NOT_ALL_JVMS", patch, report);
        JvmReport back = patcher.undo(report.patch());
        told(patch, false);
        return isClean(report) && back.refused().isEmpty()
                ? new GoneIn.Refused(why)
                : new GoneIn.Stuck(back.refused().isEmpty() ? why : why.with("undo", describe(back)));
    }

    private static boolean isClean(JvmReport report) {
        return report.refused().stream()
                .allMatch(entry -> entry.outcome() instanceof JvmReport.Refused refused && refused.unchanged());
    }

    private static Refusal refusal(String code, PatchFile patch, JvmReport report) {
        Refusal all = Refusal.of(
                code,
                report.refused().size() + " of " + report.entries().size() + " JVMs can't take " + patch.name() + ": "
                        + describe(report));
        for (JvmReport.Entry entry : report.refused()) {
            if (entry.outcome() instanceof JvmReport.Refused refused) {
                all = all.with(
                        "pid " + entry.jvm().pid(),
                        refused.why().code() + ": " + refused.why().why());
            }
        }
        return all;
    }

    private static String describe(JvmReport report) {
        List<String> each = report.refused().stream()
                .map(entry -> entry.jvm().main() + " (" + entry.jvm().pid() + "): "
                        + (entry.outcome() instanceof JvmReport.Refused refused
                                ? refused.why().why()
                                : "?"))
                .toList();
        return String.join("; ", each);
    }

    @Override
    public synchronized void keepUp(PatchFile patch, Path file) throws IOException {
        JvmReport report = patcher.applyToNew(file);
        if (!report.entries().isEmpty()) {
            LOG.info("JVMs that started since {} went in: {}", patch.name(), report.entries());
            verdicts.remove(patch.sha256());
        }
    }

    @Override
    public synchronized GoneIn comeOut(PatchFile patch) throws IOException {
        JvmReport report = patcher.undo(id(patch));
        verdicts.remove(patch.sha256());
        if (report.refused().isEmpty()) {
            return new GoneIn.Done();
        }
        Refusal why = refusal("NOT_UNDONE", patch, report);
        boolean none =
                isClean(report) && report.refused().size() == report.entries().size();
        return none ? new GoneIn.Refused(why) : new GoneIn.Stuck(why);
    }
}
