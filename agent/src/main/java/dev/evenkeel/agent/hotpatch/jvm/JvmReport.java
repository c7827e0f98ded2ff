package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.List;

/**
 * What came of a patch or its undoing on this host's JVMs.
 *
 * @param entries one for each JVM that the patch is for, in order of pids; none is normal where the service does not run
 */
public record JvmReport(PatchId patch, List<Entry> entries) {
    public JvmReport {
        entries = List.copyOf(entries);
    }

    /** What came of it in one JVM. */
    public record Entry(TargetJvm jvm, Outcome outcome) {}

    /** What came of it. */
    public sealed interface Outcome {}

    /** New invocations run the new version: the check gave something else before, and what the patch says after. */
    public record Patched(Measured measured) implements Outcome {}

    /** None of the classes is loaded. They will be the new ones when they are, and the check is run after that by {@code applyToNew}. */
    public record Waiting(Measured measured) implements Outcome {}

    /** It was there before. */
    public record Already() implements Outcome {}

    /** The old classes are back, and the check says so. */
    public record Undone(Measured measured) implements Outcome {}

    /**
     * It could not be.
     *
     * @param unchanged whether the JVM runs what it ran before; false only where the refusal says what it runs now
     */
    public record Refused(Refusal why, boolean unchanged) implements Outcome {}

    /**
     * What it took.
     *
     * @param attach until the JVM listened; it runs on meanwhile
     * @param redefinition the call that redefines all classes; threads stand still for a part of it only
     * @param check all runs of the check
     * @param before what the check gave before, empty when it was not run
     * @param after what it gave in the end
     */
    public record Measured(Duration attach, Duration redefinition, Duration check, String before, String after) {}

    public List<Entry> refused() {
        return entries.stream().filter(e -> e.outcome() instanceof Refused).toList();
    }
}
