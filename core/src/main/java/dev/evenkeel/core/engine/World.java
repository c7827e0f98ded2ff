package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that a decider may know besides the run and the event.
 *
 * @param catalogue finds a published update, whose manifest never changes; null when there is none
 */
public record World(Instant now, Fleet fleet, PauseModel pauses, Function<UpdateId, @Nullable Update> catalogue) {

    /**
     * The update that a run was ordered with.
     *
     * @throws IllegalStateException when it is not in the catalogue, which never forgets one
     */
    public Update update(UpdateId id) {
        Update update = catalogue.apply(id);
        if (update == null) {
            throw new IllegalStateException("update " + id + " is not in the catalogue");
        }
        return update;
    }
}
