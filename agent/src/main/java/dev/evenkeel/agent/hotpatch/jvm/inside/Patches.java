package dev.evenkeel.agent.hotpatch.jvm.inside;

import java.io.IOException;
import java.lang.instrument.ClassDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The patches of this JVM, in the order in which they went in: those of one class lie on one another, and come off from the top. */
final class Patches {
    private static final int ROUNDS = 3;

    private final Map<String, Applied> applied = new LinkedHashMap<>();

    Answer apply(Redefinition jvm, Request request) {
        Answer answer = new Answer();
        Applied known = find(request.patch);
        if (known != null) {
            answer.standing = known.standing().name();
            return known.digest.equals(request.digest)
                    ? answer.refuse(Answer.ALREADY, "")
                    : answer.refuse(
                            "OTHER_PATCH",
                            "the JVM runs another patch that is called " + request.patch
                                    + "; give the new one a version of its own");
        }
        Applied patch = new Applied(request);
        try {
            mustFit(request.classes);
            before(jvm, patch, answer);
            jvm.stay(patch);
            redefine(jvm, patch, answer);
        } catch (Redefinition.Refused e) {
            jvm.go(patch);
            return withdraw(jvm, patch, answer.refuse(e.code, e.why()));
        } catch (RuntimeException | Error e) { // the JVM has run out of memory, say: half a patch must not stay
            jvm.go(patch);
            return withdraw(jvm, patch, answer.refuse("PATCHER_FAILED", "the patcher failed inside the JVM: " + e));
        }
        if (!prove(patch, answer)) {
            jvm.go(patch);
            return withdraw(jvm, patch, answer);
        }
        put(patch);
        answer.unchanged = false;
        answer.standing = patch.standing().name();
        patch.replaced().forEach(each -> answer.old.add(each.toOld()));
        return answer;
    }

    Answer undo(Redefinition jvm, Request request) {
        Answer answer = new Answer();
        Applied patch = find(request.patch);
        if (patch == null) {
            return answer.refuse("NOT_PATCHED", "the JVM does not run " + request.patch);
        }
        Applied above = above(patch);
        if (above != null) {
            return answer.refuse(
                    "NOT_ON_TOP", above.patch + " lies on " + request.patch + " in this JVM; undo that one first");
        }
        answer.before = join(patch.runCheck());
        jvm.go(patch);
        try {
            putBack(jvm, patch, answer);
        } catch (Redefinition.Refused e) {
            jvm.stay(patch);
            return answer.refuse(e.code, e.why());
        }
        remove(patch);
        answer.unchanged = false;
        List<String> after = timed(patch, answer);
        answer.after = join(after);
        if (after.contains(patch.check.expected)) {
            return answer.refuse(
                    "UNDO_UNPROVEN",
                    "the old classes are back, and the check still gives " + patch.check.expected
                            + " as with the patch");
        }
        return belowHolds(patch, answer);
    }

    /** A patch on which the undone one lay must be what runs now. */
    private Answer belowHolds(Applied undone, Answer answer) {
        for (Applied each : all()) {
            for (String result : each.shares(undone) ? each.runCheck() : Collections.<String>emptyList()) {
                if (!result.equals(each.check.expected)) {
                    return answer.refuse(
                            "UNDO_UNPROVEN",
                            "the old classes are back, but the check of " + each.patch
                                    + ", which they belong to, gives " + result + " instead of " + each.check.expected);
                }
            }
        }
        return answer;
    }

    /** The check of a patch whose classes came later; when it fails, the old classes are put back. */
    Answer prove(Redefinition jvm, Request request) {
        Answer answer = new Answer();
        Applied patch = find(request.patch);
        if (patch == null) {
            return answer.refuse("NOT_PATCHED", "the JVM does not run " + request.patch);
        }
        if (!prove(patch, answer)) {
            Applied above = above(patch);
            if (above != null) {
                answer.unchanged = false;
                return answer.refuse(
                        answer.code, answer.why + "; it stays, for " + above.patch + " lies on it: undo both");
            }
            jvm.go(patch);
            remove(patch);
            return withdraw(jvm, patch, answer);
        }
        answer.standing = patch.standing().name();
        patch.replaced().forEach(each -> answer.old.add(each.toOld()));
        return answer;
    }

    /** The system property that says what this JVM runs. */
    synchronized String told() {
        StringBuilder told = new StringBuilder();
        for (Applied each : applied.values()) {
            told.append(told.length() == 0 ? "" : ";")
                    .append(each.patch)
                    .append(',')
                    .append(each.digest);
            told.append(',').append(each.standing().name());
        }
        return told.toString();
    }

    private static void mustFit(Map<String, byte[]> classes) throws Redefinition.Refused {
        int newest = (int) Double.parseDouble(System.getProperty("java.class.version", "52"));
        for (Map.Entry<String, byte[]> each : classes.entrySet()) {
            Shape shape = shape(each.getKey(), each.getValue());
            if (shape.major > newest || shape.preview) {
                throw new Redefinition.Refused(
                        "CLASS_TOO_NEW",
                        each.getKey() + " has class file version " + shape.major
                                + (shape.preview ? " with preview" : "")
                                + ", and this JVM takes up to " + newest + "; compile the patch with --release "
                                + (newest - 44));
            }
        }
    }

    private static Shape shape(String name, byte[] bytes) throws Redefinition.Refused {
        try {
            return Shape.of(bytes);
        } catch (IOException e) {
            throw new Redefinition.Refused("CLASS_BAD", name + " can't be read: " + e.getMessage());
        }
    }

    /** A check that gives the same without the patch proves nothing with it. */
    private static void before(Redefinition jvm, Applied patch, Answer answer) throws Redefinition.Refused {
        List<Class<?>> loaded = jvm.loaded(patch.classes.keySet());
        Applied old = probe(patch, loaded);
        List<String> before = timed(old, answer);
        answer.before = join(before);
        for (String each : before) {
            if (each.startsWith("can't be run")) {
                throw new Redefinition.Refused("CHECK_BROKEN", "the patch's check " + each);
            }
        }
        before.removeIf(patch.check.expected::equals);
        if (before.isEmpty() && !answer.before.isEmpty()) {
            throw new Redefinition.Refused(
                    "CHECK_PASSES_BEFORE",
                    "the check gives " + patch.check.expected
                            + " without the patch: either this JVM runs a version that needs none, or the check can't tell");
        }
    }

    private static Applied probe(Applied patch, List<Class<?>> loaded) {
        Applied probe = new Applied(new Request(
                Request.Verb.PROVE, 0, patch.patch, patch.digest, patch.check, Collections.<String, byte[]>emptyMap()));
        for (Class<?> each : loaded) {
            probe.add(new Replaced(each.getName(), each.getClassLoader(), new byte[0]));
        }
        return probe;
    }

    /** Classes that were being defined while the transformer was put in place are seen by the next round only. */
    private static void redefine(Redefinition jvm, Applied patch, Answer answer) throws Redefinition.Refused {
        for (int round = 0; round < ROUNDS; round++) {
            List<ClassDefinition> definitions = new ArrayList<>();
            List<Replaced> replaced = new ArrayList<>();
            for (Class<?> type : jvm.loaded(patch.classes.keySet())) {
                if (!patch.has(type)) {
                    byte[] old = jvm.current(type);
                    byte[] fresh = fresh(patch, type, old);
                    replaced.add(new Replaced(type.getName(), type.getClassLoader(), old));
                    definitions.add(new ClassDefinition(type, fresh));
                }
            }
            if (definitions.isEmpty()) {
                return;
            }
            long begun = System.nanoTime();
            jvm.all(definitions);
            answer.redefining += System.nanoTime() - begun;
            replaced.forEach(patch::add);
        }
    }

    private static byte[] fresh(Applied patch, Class<?> type, byte[] old) throws Redefinition.Refused {
        byte[] fresh = patch.classes.get(type.getName());
        if (fresh == null) {
            throw new IllegalStateException(type + " is not of the patch");
        }
        String difference = shape(type.getName(), fresh).differenceTo(shape(type.getName(), old));
        if (!difference.isEmpty()) {
            throw new Redefinition.Refused(
                    "SCHEMA_CHANGE",
                    type.getName() + " differs by more than what its methods do (" + difference
                            + "); a running JVM can't take that, the service needs a restart");
        }
        return fresh;
    }

    private static boolean prove(Applied patch, Answer answer) {
        List<String> after = timed(patch, answer);
        answer.after = join(after);
        for (String each : after) {
            if (!each.equals(patch.check.expected)) {
                answer.refuse(
                        "CHECK_FAILED",
                        "with the patch the check gave " + each + " instead of " + patch.check.expected);
                return false;
            }
        }
        if (!after.isEmpty()) {
            patch.proven();
        }
        return true;
    }

    private static List<String> timed(Applied patch, Answer answer) {
        long begun = System.nanoTime();
        List<String> results = patch.runCheck();
        answer.checking += System.nanoTime() - begun;
        return results;
    }

    /** Takes back what went in already, and says so when that fails. */
    private static Answer withdraw(Redefinition jvm, Applied patch, Answer answer) {
        try {
            if (putBack(jvm, patch, answer)) {
                answer.why += "; the old classes were put back";
            }
            answer.standing = "";
        } catch (Redefinition.Refused e) {
            answer.unchanged = false;
            answer.refuse(
                    "NOT_WITHDRAWN",
                    answer.why + "; but putting the old classes back failed, restart the service: " + e.why());
        }
        return answer;
    }

    /** Whether there were any. */
    private static boolean putBack(Redefinition jvm, Applied patch, Answer answer) throws Redefinition.Refused {
        List<Replaced> all = patch.replaced();
        List<ClassDefinition> definitions = new ArrayList<>();
        for (Class<?> type : jvm.loaded(patch.classes.keySet())) {
            for (Replaced each : all) {
                if (each.is(type)) {
                    definitions.add(new ClassDefinition(type, each.old));
                }
            }
        }
        if (definitions.isEmpty()) {
            return false;
        }
        long begun = System.nanoTime();
        jvm.all(definitions);
        answer.redefining += System.nanoTime() - begun;
        return true;
    }

    private synchronized @Nullable Applied find(String patch) {
        return applied.get(patch);
    }

    private synchronized List<Applied> all() {
        return new ArrayList<>(applied.values());
    }

    private synchronized void put(Applied patch) {
        applied.put(patch.patch, patch);
    }

    private synchronized void remove(Applied patch) {
        applied.remove(patch.patch);
    }

    private synchronized @Nullable Applied above(Applied patch) {
        boolean later = false;
        for (Applied each : applied.values()) {
            if (later && each.shares(patch)) {
                return each;
            }
            later |= each == patch;
        }
        return null;
    }

    private static String join(List<String> results) {
        return String.join(" | ", new java.util.TreeSet<>(results));
    }
}
