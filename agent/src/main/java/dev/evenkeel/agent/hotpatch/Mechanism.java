package dev.evenkeel.agent.hotpatch;

import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.PatchFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A way in which patches of one kind come to be live. */
interface Mechanism {
    /** Why a patch is not even tried on this host now, or null. Touches nothing. */
    @Nullable
    Refusal preflight(PatchFile patch, Path file) throws IOException;

    /** Whether the host has this very patch live. */
    boolean isLive(PatchFile patch, Path file) throws IOException;

    /** Makes it live, or leaves all as it was. One that is live already, or on its way in, is no trouble. */
    GoneIn goIn(PatchFile patch, Path file) throws IOException;

    /** Makes it live where it came to be wanted since, such as in processes that started later. */
    default void keepUp(PatchFile patch, Path file) throws IOException {}

    /** Takes it out, or leaves it live. One that is out already is no trouble. */
    GoneIn comeOut(PatchFile patch) throws IOException;
}
