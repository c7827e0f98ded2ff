package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.Refusal;
import java.util.Collection;

/**
 * Carries effects out on one host of one platform. Its caller, the agent, journals every effect before and after, so a
 * driver is asked to perform an effect at most once, and is asked to probe it when a crash came in between.
 * Implementations are called from several threads at once, for different effects.
 */
public interface HostDriver {

    /**
     * The agent begins a new life. What an earlier one kept up for effects that are over is taken down.
     *
     * @param underWay effects that were under way when the last life ended and are still to be decided on
     */
    default void begins(Collection<EffectId> underWay) {}

    /**
     * Carries the effect out and returns when it has ended, however long that takes. Expected trouble is an outcome; an
     * exception means a bug and is reported as {@link Outcome.Unknown}.
     */
    Outcome perform(EffectOrder order);

    /** What became of an effect whose performing was cut off; changes nothing. */
    Probe probe(EffectOrder order);

    /** What a driver finds out about an effect after the agent has lost track of it. */
    sealed interface Probe {
        /** Nothing of it is to be seen; it may be performed now. */
        record NotStarted() implements Probe {}

        /** It goes on by itself; {@link HostDriver#perform} joins it and returns its end. */
        record Running() implements Probe {}

        /** It has ended. */
        record Ended(Outcome outcome) implements Probe {}

        /** It can't be told. Never retried blindly. */
        record Unknown(Refusal why) implements Probe {}
    }
}
