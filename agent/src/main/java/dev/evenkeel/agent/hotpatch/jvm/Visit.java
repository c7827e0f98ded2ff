package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.agent.hotpatch.jvm.inside.Answer;
import dev.evenkeel.agent.hotpatch.jvm.inside.Check;
import dev.evenkeel.agent.hotpatch.jvm.inside.Inside;
import dev.evenkeel.agent.hotpatch.jvm.inside.Request;
import dev.evenkeel.agent.hotpatch.jvm.inside.Standing;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request carried into one JVM and its answer back.
 *
 * @param attach how long it took until the JVM listened
 */
record Visit(Answer answer, Duration attach) {
    private static final Check NONE = new Check("-", "-", "-", 0, Map.of());

    static Request request(Request.Verb verb, JvmPatch patch, Limits limits) {
        return new Request(
                verb, notAfter(limits), patch.id().toString(), patch.digest(), patch.check(), patch.classes());
    }

    /** An undo or a proof: the JVM has the patch itself. */
    static Request request(Request.Verb verb, PatchId patch, Limits limits) {
        return new Request(verb, notAfter(limits), patch.toString(), "", NONE, Map.of());
    }

    private static long notAfter(Limits limits) {
        return Instant.now().plus(limits.visit()).toEpochMilli();
    }

    static Visit to(TargetJvm jvm, Request request, Limits limits) throws Unreachable {
        try (Delivery delivery = Delivery.to(jvm, request)) {
            try {
                long begun = System.nanoTime();
                return Attachment.to(jvm, limits.visit(), vm -> {
                    Duration attach = Duration.ofNanos(System.nanoTime() - begun);
                    vm.loadAgent(delivery.jarInTarget(), delivery.inTarget());
                    return new Visit(Answer.of(delivery.answer()), attach);
                });
            } catch (Unreachable e) {
                boolean unchanged = delivery.withdraw();
                throw unchanged == e.unchanged() ? e : new Unreachable(doubtful(e.refusal(), unchanged), unchanged);
            }
        } catch (IOException e) {
            throw jvm.isAlive()
                    ? new Unreachable(
                            "NOT_DELIVERED",
                            "the patch can't be laid into /tmp of " + jvm.main() + " (pid " + jvm.pid() + "): " + e)
                    : new Unreachable("TARGET_GONE", jvm.main() + " (pid " + jvm.pid() + ") has ended");
        }
    }

    private static Refusal doubtful(Refusal refusal, boolean unchanged) {
        return unchanged
                ? refusal
                : Refusal.of(
                        refusal.code(),
                        refusal.why() + "; it had begun, and may still end as asked: look at what it says that it runs",
                        refusal.evidence());
    }

    /** Asks a JVM which patches it runs; nothing of ours runs in it for that. */
    static JvmState state(TargetJvm jvm, Limits limits) {
        try {
            String told = Attachment.to(
                    jvm, limits.visit(), vm -> vm.getSystemProperties().getProperty(Inside.PROPERTY, ""));
            return new JvmState(jvm, parse(told), Optional.empty());
        } catch (Unreachable e) {
            return new JvmState(jvm, List.of(), Optional.of(e.refusal()));
        } catch (IllegalArgumentException e) {
            return new JvmState(
                    jvm,
                    List.of(),
                    Optional.of(Refusal.of(
                            "STATE_UNREADABLE",
                            "somebody else has written the system property " + Inside.PROPERTY + " of " + jvm.main()
                                    + ": " + e.getMessage())));
        }
    }

    private static List<JvmState.Running> parse(String told) {
        List<JvmState.Running> running = new ArrayList<>();
        for (String each : told.isEmpty() ? new String[0] : told.split(";")) {
            String[] parts = each.split(",");
            if (parts.length != 3) {
                throw new IllegalArgumentException(each);
            }
            running.add(new JvmState.Running(PatchId.parse(parts[0]), parts[1], Standing.valueOf(parts[2])));
        }
        return running;
    }

    /** Whether a JVM ever took our jar: it keeps it open. So JVMs that have nothing of ours need not be attached to. */
    static boolean hadOne(TargetJvm jvm) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(jvm.proc("fd"))) {
            for (Path file : files) {
                String target = link(file);
                if (target.contains(Delivery.PREFIX) && target.contains("/" + Delivery.JAR)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // it has ended, or is nobody's that we may attach to
        }
        return false;
    }

    private static String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
