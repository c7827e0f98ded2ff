package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a host run stands.
 *
 * <pre>
 *  Reserving --> Draining --> Applying --> Verifying --> Ended(DONE)
 *      |            |  ^          |            |
 *      |            |  +-(not     +-----+------+
 *      v            v     empty)        v
 *  Ended(REFUSED,  Ended(REFUSED,    Undoing ------> Ended(UNDONE, CANCELLED)
 *   CANCELLED)      CANCELLED)          |
 *                                       v
 *       any state whose effect is unknown or overdue <--> NeedsPerson --> Ended(as the person says)
 * </pre>
 *
 * <p>Where VMs stay that may be restarted, {@code Stopping} comes between Draining and Applying, and {@code Starting}
 * before every end that follows it: a run does not end while a VM that it stopped is down, unless a person says so.
 *
 * <pre>
 *  Draining --> Stopping --> Applying --> Verifying, Undoing --+
 *                  |            |                              v
 *                  +------------+------------------------> Starting --> Ended(as it came)
 * </pre>
 *
 * <p>Every state but the last has a time at which it looks again and a limit after which it leaves by itself or asks a
 * person.
 */
public sealed interface HostRunState {

    /** When the run wants to be woken. */
    Optional<Instant> due();

    /** Waits for its budgets; holds nothing yet. */
    record Reserving(Instant retryAt, Instant limit) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(retryAt);
        }
    }

    /**
     * Moves the VMs away, a few at a time.
     *
     * @param stopping why no more moves are started, or null; the state ends once those under way have ended
     */
    record Draining(
            List<Move> moves,
            Instant lookAt,
            Instant limit,
            @Nullable Refusal stopping) implements HostRunState {
        public Draining {
            moves = List.copyOf(moves);
        }

        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
        }
    }

    /**
     * The guests that stay and whose owners consent are asked to go down.
     *
     * @param giveUp why those that have gone down are to be started again at once, or null
     */
    record Stopping(Instant limit, @Nullable Refusal giveUp) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(limit);
        }
    }

    /** The agent brings the update in; {@code cancel} is set when somebody wants it undone afterwards. */
    record Applying(
            EffectId effect, Instant limit, @Nullable Refusal cancel) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(limit);
        }
    }

    /** The agent proves what runs. */
    record Verifying(
            EffectId effect, Instant limit, @Nullable Refusal cancel) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(limit);
        }
    }

    /** The agent brings back what ran before, because of {@code why}. */
    record Undoing(EffectId effect, Instant limit, Refusal why) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(limit);
        }
    }

    /**
     * Every VM that this run has stopped is started again; then the run ends as it has come to.
     *
     * @param limit after which a person is asked
     */
    record Starting(
            Instant lookAt,
            Instant limit,
            RunOutcome outcome,
            @Nullable Refusal why) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
        }
    }

    /**
     * A person must look; all holds are kept and nothing is tried. A late answer of the agent resumes the run by itself.
     *
     * @param resume the state it came from
     */
    record NeedsPerson(HostRunState resume, Refusal why, Instant since, Instant askAt) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(askAt);
        }
    }

    /** Over. Late events are normal and change nothing. */
    record Ended(RunOutcome outcome, @Nullable Refusal why, Instant at) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.empty();
        }
    }
}
