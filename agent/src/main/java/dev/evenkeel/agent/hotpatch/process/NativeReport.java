package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;
import java.util.List;

/**
 * What came of a patch or its undoing in this host's processes.
 *
 * @param entries one for each process that the patch is for, in order of pids; none is normal where the program does not run
 */
public record NativeReport(PatchId patch, List<Entry> entries) {
    public NativeReport {
        entries = List.copyOf(entries);
    }

    /** What came of it in one process. */
    public record Entry(TargetProcess process, Outcome outcome) {}

    /** What came of it. */
    public sealed interface Outcome {}

    /** Calls of the functions go to the replacements; the entries were read back. */
    public record Patched(Measured measured) implements Outcome {}

    /** It was there before. */
    public record Already() implements Outcome {}

    /** The entries are as they were before the patch; they were read back. */
    public record Undone(Measured measured) implements Outcome {}

    /** It could not be, and the process runs what it ran. */
    public record Refused(Refusal why) implements Outcome {}

    /**
     * What it took.
     *
     * @param threads of the process, all of which stood still
     * @param tries until none of them was amid what is rewritten, or could not be stopped
     * @param stopping from telling the first thread to stop until the last one stood, in the last try
     * @param stopped from telling the first thread to stop until they were let go, in the last try
     * @param borrowed how long one thread stood still before that, for memory to be made; zero when it was there
     */
    public record Measured(int threads, int tries, Duration stopping, Duration stopped, Duration borrowed) {}
}
