package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.agent.hotpatch.jvm.PatchId;
import java.util.List;

/**
 * What is in the memory of one process.
 *
 * @param patches in order of their addresses
 */
public record NativeState(TargetProcess process, List<Running> patches) {
    public NativeState {
        patches = List.copyOf(patches);
    }

    /**
     * @param digest SHA-256 of the patch's file, in hex
     * @param active false after an undo: the code stays mapped for threads that are in it, and nothing leads there
     */
    public record Running(PatchId patch, String digest, boolean active) {}
}
