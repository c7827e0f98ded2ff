package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.agent.hotpatch.jvm.inside.Standing;
import dev.evenkeel.core.fleet.Refusal;
import java.util.List;
import java.util.Optional;

/**
 * What one JVM says that it runs.
 *
 * @param patches in the order in which they went in
 * @param silent why it could not be asked, if so
 */
public record JvmState(TargetJvm jvm, List<Running> patches, Optional<Refusal> silent) {
    public JvmState {
        patches = List.copyOf(patches);
    }

    /** @param digest SHA-256 of the patch's jar, in hex */
    public record Running(PatchId patch, String digest, Standing standing) {}

    Optional<Running> of(PatchId patch) {
        return patches.stream().filter(running -> running.patch().equals(patch)).findFirst();
    }
}
