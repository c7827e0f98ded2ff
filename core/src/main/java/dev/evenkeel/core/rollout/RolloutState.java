package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a rollout stands.
 *
 * <pre>
 *   Rolling <--> Paused (by order)          Rolling --> Ended(DONE, PARTIAL)
 *   Rolling  --> Halted (by a gate) --> Rolling (by order)
 *   Rolling, Paused, Halted --> Cancelling --> Ended(CANCELLED)
 * </pre>
 */
public sealed interface RolloutState {

    Optional<Instant> due();

    /**
     * Takes wave after wave.
     *
     * @param waitingSince since when a gate or room has been waited for, or null
     */
    record Rolling(
            Instant lookAt,
            @Nullable Instant waitingSince,
            @Nullable Refusal waitingFor) implements RolloutState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
        }
    }

    /** No new host is taken or begun; host runs that have begun go on to their end. */
    record Paused(Refusal why) implements RolloutState {
        @Override
        public Optional<Instant> due() {
            return Optional.empty();
        }
    }

    /** A gate did not pass; a person decides. Host runs that have begun go on to their end. */
    record Halted(Refusal why) implements RolloutState {
        @Override
        public Optional<Instant> due() {
            return Optional.empty();
        }
    }

    /** Host runs under way were told to stop; the rollout ends with the last of them. */
    record Cancelling(Refusal why) implements RolloutState {
        @Override
        public Optional<Instant> due() {
            return Optional.empty();
        }
    }

    /** Over. */
    record Ended(RunOutcome outcome, @Nullable Refusal why, Instant at) implements RolloutState {
        @Override
        public Optional<Instant> due() {
            return Optional.empty();
        }
    }
}
