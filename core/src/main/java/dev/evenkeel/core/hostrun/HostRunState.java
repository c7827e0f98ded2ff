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
 * <p>Where owners are to be asked, {@code Offering} comes before all else; where VMs want notice, {@code Announcing}, and
 * again when a VM comes that was told nothing.
 *
 * <pre>
 *  Reserving --> Offering --> Announcing --> Reserving --> Draining
 *                   |            |  ^                         |
 *                   v            v  +-------------------------+
 *                Ended(CANCELLED, REFUSED)
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
 * <p>Where VMs keep their memory while their VMM is replaced, they stay in Draining, {@code HandingOver} comes between
 * Applying and Verifying. Where the host is brought back, those that have the new VMM by then are set aside before Undoing
 * and come home after it, because a daemon that is older than their VMM could not take them over.
 *
 * <pre>
 *  Applying --> HandingOver --> Verifying --> Ended(DONE)
 *      |             |              |
 *      +-------------+--------------+--> HandingOver --> Undoing --> HandingOver --> Ended(UNDONE, CANCELLED)
 * </pre>
 *
 * <p>Where VMs keep their memory while the host's kernel is replaced, they stay in Draining too, and {@code Switching} is
 * the time in which they stand still.
 *
 * <pre>
 *  Applying --> Switching --> Verifying --> Ended(DONE)
 *      |            |  |          |
 *      |            |  +----------+--> Switching (back) --> Undoing --> Ended(UNDONE, CANCELLED)
 *      |            |                      ^                  | ^
 *      |            |                      +-(kernel runs)----+ |
 *      +------------+-(not switched)----------------------------+
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

    /** Owners may choose when their VMs are restarted, and it waits until the time of each has come. Holds nothing. */
    record Offering(Instant lookAt) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
        }
    }

    /**
     * The VMs were told what is to come; it waits until each of them has approved or had its notice. Holds nothing new.
     *
     * @param since when the first of them was told
     */
    record Announcing(Instant lookAt, Instant since) implements HostRunState {
        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
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

    /**
     * VMs get new processes of the VMM that is installed, a few at a time; one that can't goes on in its old one.
     *
     * @param moves the VMs, to the host that they are on
     * @param stopping why no more are begun, or null; the state ends once those under way have ended
     * @param undoing why the host is brought back, or null
     * @param aside the VMs on the new VMM are set aside, because what is installed is about to become what was before
     * @param as what a person says that the run comes to once the VMs that were set aside are home, or null
     */
    record HandingOver(
            List<Move> moves,
            Instant lookAt,
            Instant limit,
            @Nullable Refusal stopping,
            @Nullable Refusal undoing,
            boolean aside,
            @Nullable RunOutcome as)
            implements HostRunState {
        public HandingOver {
            moves = List.copyOf(moves);
        }

        /** Whether it ends by itself only with every VM at home. */
        boolean homeward() {
            return undoing != null && !aside;
        }

        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
        }
    }

    /**
     * Another kernel is started, while every VM of the host stands still and keeps its memory.
     *
     * @param moves the VMs, to the host that they are on; none before the order
     * @param effect the order, or null while it waits for the VMs' holds
     * @param lookAt when it looks again whether the holds are free, or the limit
     * @param cancel why it is undone once the kernel runs, or null
     * @param undoing why the kernel that ran before is started again, or null
     */
    record Switching(
            List<Move> moves,
            @Nullable EffectId effect,
            Instant lookAt,
            Instant limit,
            @Nullable Refusal cancel,
            @Nullable Refusal undoing)
            implements HostRunState {
        public Switching {
            moves = List.copyOf(moves);
        }

        @Override
        public Optional<Instant> due() {
            return Optional.of(lookAt);
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
