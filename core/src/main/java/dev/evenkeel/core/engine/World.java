package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.core.window.Windows;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that a decider may know besides the run and the event.
 *
 * @param windows when the owner of a VM, or of its host, lets it be disturbed
 * @param catalogue finds a published update, whose manifest never changes; null when there is none
 */
public record World(
        Instant now,
        Fleet fleet,
        PauseModel pauses,
        Function<UpdateId, @Nullable Update> catalogue,
        Function<VmId, Windows> windows) {

    /** A world in which nobody has asked for windows. */
    public World(Instant now, Fleet fleet, PauseModel pauses, Function<UpdateId, @Nullable Update> catalogue) {
        this(now, fleet, pauses, catalogue, vm -> Windows.NONE);
    }

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
