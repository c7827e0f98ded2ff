package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A durable state machine: a host run or a rollout. Implementations are immutable records. */
public interface Run {
    RunId id();

    /** The shard that owns it; only the holder of that shard's lease may commit it. */
    MigrationDomainId shard();

    /** When it wants {@link RunEvent.TimerFired}; empty once ended. */
    Optional<Instant> due();

    boolean ended();

    /** The state's name, for people and metrics. */
    String stateName();

    /** Whether a person must look at it. */
    boolean needsPerson();

    /** Why the runs that it started and that have touched nothing yet are not to begin now; null where they may. */
    default @Nullable Refusal holdsBack() {
        return null;
    }

    /** The host runs that it started and that have not ended, by their hosts. */
    default SortedMap<HostId, RunId> underWay() {
        return Collections.emptySortedMap();
    }

    /** The same run, waiting for a person because of {@code why} and otherwise as it is; itself once ended. */
    Run asksPerson(Refusal why, Instant now);
}
