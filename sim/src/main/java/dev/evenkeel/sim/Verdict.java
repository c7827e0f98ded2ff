package dev.evenkeel.sim;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What came of one seed.
 *
 * @param events how many events happened
 * @param digest of everything that happened; the same for the same seed, always
 * @param broken the invariant that did not hold, or null
 * @param what how it was broken
 * @param last the last lines of the trace
 * @param tally how often what happened
 */
public record Verdict(
        long seed,
        PlantedBug bug,
        long events,
        long digest,
        @Nullable Invariant broken,
        String what,
        List<String> last,
        SortedMap<String, Integer> tally) {

    public boolean holds() {
        return broken == null;
    }

    /** For a failing test: what broke, how to repeat it, and what came before. */
    public String story() {
        return "seed " + seed + (bug == PlantedBug.NONE ? "" : " with " + bug) + " broke " + what
                + "\nrepeat it: ./evenkeel bench dst --seeds 1 --from " + seed + "\nlast events:\n  "
                + String.join("\n  ", last);
    }
}
