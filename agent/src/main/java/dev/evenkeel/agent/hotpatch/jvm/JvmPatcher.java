package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Entry;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Measured;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Outcome;
import dev.evenkeel.agent.hotpatch.jvm.inside.Answer;
import dev.evenkeel.agent.hotpatch.jvm.inside.Request;
import dev.evenkeel.agent.hotpatch.jvm.inside.Standing;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Patches the JVMs of this host that a patch is for. It has no thread of its own and knows nothing that the JVMs do not know better;
 * what it remembers only spares JVMs a visit.
 */
public final class JvmPatcher {
    private static final Logger LOG = LoggerFactory.getLogger(JvmPatcher.class);

    /** Codes of refusals that may be others by the next look. */
    private static final Set<String> PASSING =
            Set.of("ATTACH_TIMED_OUT", "NOT_LISTENING", "TARGET_GONE", "NOT_DELIVERED", "INTERRUPTED");

    private final OldClasses old;
    private final Limits limits;
    private final Set<Settled> settled = new HashSet<>();

    /** A JVM that needs no more visits for a patch. */
    private record Settled(String digest, long pid, long started) {}

    /** @param directory of the agent's state, where old class files are kept */
    public JvmPatcher(Path directory, Limits limits) {
        this.old = new OldClasses(directory);
        this.limits = limits;
    }

    /**
     * The JVMs of this host that a patch is for. None is touched.
     *
     * @throws JvmPatch.Malformed when the jar is no patch
     */
    public List<TargetJvm> find(Path jar) throws IOException {
        return matching(read(jar));
    }

    /**
     * Patches them all, one by one. What is not possible in one JVM is in its entry and does not keep the others from it.
     *
     * @throws JvmPatch.Malformed when the jar is no patch; nothing was touched then
     */
    public synchronized JvmReport apply(Path jar) throws IOException {
        JvmPatch patch = read(jar);
        old.sweep();
        List<Entry> entries = new ArrayList<>();
        for (TargetJvm jvm : matching(patch)) {
            entries.add(apply(patch, jvm));
        }
        return new JvmReport(patch.id(), entries);
    }

    /**
     * Patches JVMs that started since, and proves the patch in those that have loaded its classes since. Cheap when there are none, and
     * meant to be called now and then while the patch is wanted. A refusal is reported once, unless the next look may end otherwise.
     *
     * @return entries only of JVMs of which there is something new
     */
    public synchronized JvmReport applyToNew(Path jar) throws IOException {
        JvmPatch patch = read(jar);
        List<TargetJvm> matching = matching(patch);
        settled.removeIf(each -> HotSpots.started(each.pid()).orElse(-1) != each.started());
        List<Entry> entries = new ArrayList<>();
        for (TargetJvm jvm : matching) {
            if (!settled.contains(new Settled(patch.digest(), jvm.pid(), jvm.started()))) {
                look(patch, jvm).ifPresent(entries::add);
            }
        }
        return new JvmReport(patch.id(), entries);
    }

    private Optional<Entry> look(JvmPatch patch, TargetJvm jvm) {
        Optional<JvmState.Running> running =
                Visit.hadOne(jvm) ? Visit.state(jvm, limits).of(patch.id()) : Optional.empty();
        if (running.isEmpty() || !running.get().digest().equals(patch.digest())) {
            return Optional.of(apply(patch, jvm));
        }
        return switch (running.get().standing()) {
            case WAITING -> Optional.empty();
            case UNPROVEN -> Optional.of(visit(patch, jvm, Request.Verb.PROVE));
            case PROVEN -> {
                settle(patch, jvm);
                yield Optional.empty();
            }
            case LEFT_ALONE -> {
                settle(patch, jvm);
                yield Optional.of(new Entry(jvm, new JvmReport.Refused(leftAlone(jvm), false)));
            }
        };
    }

    private Entry apply(JvmPatch patch, TargetJvm jvm) {
        return visit(patch, jvm, Request.Verb.APPLY);
    }

    private Entry visit(JvmPatch patch, TargetJvm jvm, Request.Verb verb) {
        Outcome outcome;
        try {
            Visit visit = Visit.to(jvm, Visit.request(verb, patch, limits), limits);
            outcome = outcome(jvm, visit);
            if (!(outcome instanceof JvmReport.Refused) && !visit.answer().old.isEmpty()) {
                keep(patch.id(), jvm, visit.answer());
            }
        } catch (Unreachable e) {
            outcome = new JvmReport.Refused(e.refusal(), e.unchanged());
        }
        boolean passing = outcome instanceof JvmReport.Waiting
                || outcome instanceof JvmReport.Already
                || outcome instanceof JvmReport.Refused(Refusal why, boolean _) && PASSING.contains(why.code());
        if (!passing) {
            settle(patch, jvm);
        }
        return told(patch.id(), new Entry(jvm, outcome));
    }

    private void settle(JvmPatch patch, TargetJvm jvm) {
        settled.add(new Settled(patch.digest(), jvm.pid(), jvm.started()));
    }

    /** The JVM has its own copy to undo by, so a full disk here is no reason to take the patch back. */
    private void keep(PatchId patch, TargetJvm jvm, Answer answer) {
        try {
            old.keep(patch, jvm, answer.old);
        } catch (IOException e) {
            LOG.warn(
                    "old classes of pid {} can't be kept on disk, the JVM itself has them: {}",
                    jvm.pid(),
                    e.toString());
        }
    }

    /** Puts the old classes back in all JVMs that run a patch, whoever applied it, and by whatever life of this agent. */
    public synchronized JvmReport undo(PatchId patch) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (JvmState state : state()) {
            if (state.silent().isPresent()) {
                entries.add(new Entry(
                        state.jvm(), new JvmReport.Refused(state.silent().get(), true)));
            } else if (state.of(patch).isPresent()) {
                entries.add(told(patch, undo(patch, state.jvm())));
            }
        }
        settled.clear();
        old.sweep();
        return new JvmReport(patch, entries);
    }

    private Entry undo(PatchId patch, TargetJvm jvm) throws IOException {
        try {
            Visit visit = Visit.to(jvm, Visit.request(Request.Verb.UNDO, patch, limits), limits);
            Answer answer = visit.answer();
            if (!answer.code.equals(Answer.DONE)) {
                return new Entry(jvm, refused(answer));
            }
            old.drop(patch, jvm);
            return new Entry(jvm, new JvmReport.Undone(measured(visit)));
        } catch (Unreachable e) {
            return new Entry(jvm, new JvmReport.Refused(e.refusal(), e.unchanged()));
        }
    }

    /** What each JVM that ever took a patch says that it runs. */
    public List<JvmState> state() {
        return HotSpots.all().stream()
                .filter(Visit::hadOne)
                .map(jvm -> Visit.state(jvm, limits))
                .toList();
    }

    private JvmPatch read(Path jar) throws IOException {
        return JvmPatch.read(jar, limits.check());
    }

    private static List<TargetJvm> matching(JvmPatch patch) {
        return HotSpots.all().stream().filter(jvm -> patch.targets(jvm)).toList();
    }

    private static Outcome outcome(TargetJvm jvm, Visit visit) {
        Answer answer = visit.answer();
        if (answer.code.equals(Answer.ALREADY)) {
            return new JvmReport.Already();
        }
        if (!answer.code.equals(Answer.DONE)) {
            return refused(answer);
        }
        return switch (Standing.valueOf(answer.standing)) {
            case WAITING -> new JvmReport.Waiting(measured(visit));
            case UNPROVEN, PROVEN -> new JvmReport.Patched(measured(visit));
            case LEFT_ALONE -> new JvmReport.Refused(leftAlone(jvm), false);
        };
    }

    private static Outcome refused(Answer answer) {
        TreeMap<String, String> evidence = new TreeMap<>();
        evidence.put("check before", answer.before);
        evidence.put("check after", answer.after);
        evidence.values().removeIf(String::isEmpty);
        return new JvmReport.Refused(Refusal.of(answer.code, answer.why, evidence), answer.unchanged);
    }

    private static Refusal leftAlone(TargetJvm jvm) {
        return Refusal.of(
                "SCHEMA_CHANGE",
                jvm.main()
                        + " has loaded a class later that differs from the patch's by more than what its methods do; that one"
                        + " was left alone, the service needs a restart");
    }

    private static Measured measured(Visit visit) {
        Answer answer = visit.answer();
        return new Measured(
                visit.attach(),
                Duration.ofNanos(answer.redefining),
                Duration.ofNanos(answer.checking),
                answer.before,
                answer.after);
    }

    private static Entry told(PatchId patch, Entry entry) {
        LOG.info("{} in pid {} ({}): {}", patch, entry.jvm().pid(), entry.jvm().main(), entry.outcome());
        return entry;
    }
}
