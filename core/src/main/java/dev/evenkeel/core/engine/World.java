package dev.evenkeel.core.engine;

import dev.evenkeel.core.exempt.Exemptions;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.core.window.Windows;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that a decider may know besides the run and the event.
 *
 * @param windows when the owner of a VM, or of its host, lets it be disturbed
 * @param catalogue finds a published update, whose manifest never changes; null when there is none
 * @param exemptions which VMs are not to be touched, and until when
 * @param runs finds another run as it is; null when there is none
 */
public record World(
        Instant now,
        Fleet fleet,
        PauseModel pauses,
        Function<UpdateId, @Nullable Update> catalogue,
        Function<VmId, Windows> windows,
        Exemptions exemptions,
        Function<RunId, @Nullable Run> runs) {

    /** A world in which nobody has asked for windows, nobody is exempt and no run is known. */
    public World(Instant now, Fleet fleet, PauseModel pauses, Function<UpdateId, @Nullable Update> catalogue) {
        this(now, fleet, pauses, catalogue, vm -> Windows.NONE);
    }

    /** A world in which nobody is exempt and no run is known. */
    public World(
            Instant now,
            Fleet fleet,
            PauseModel pauses,
            Function<UpdateId, @Nullable Update> catalogue,
            Function<VmId, Windows> windows) {
        this(now, fleet, pauses, catalogue, windows, Exemptions.NONE, run -> null);
    }

    /** The same world, in which runs are found. */
    public World knowing(Function<RunId, @Nullable Run> others) {
        return new World(now, fleet, pauses, catalogue, windows, exemptions, others);
    }

    /** The same world, in which these VMs are exempt. */
    public World exempting(Exemptions those) {
        return new World(now, fleet, pauses, catalogue, windows, those, runs);
    }

    /** Why a VM is not to be touched now, or null where it may be. @param brings the update that would come, or null */
    public @Nullable Refusal exempt(Vm vm, @Nullable UpdateId brings) {
        return exemptions.refusal(vm, brings, now);
    }

    /** Why a run is not to begin, by the word of the one that started it; null where it may. */
    public @Nullable Refusal heldBack(@Nullable RunId starter) {
        Run run = starter == null ? null : runs.apply(starter);
        return run == null ? null : run.holdsBack();
    }

    /** The host runs that the one that started a run has under way, by their hosts; none where it is not known. */
    public SortedMap<HostId, RunId> underWay(@Nullable RunId starter) {
        Run run = starter == null ? null : runs.apply(starter);
        return run == null ? Collections.emptySortedMap() : run.underWay();
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
