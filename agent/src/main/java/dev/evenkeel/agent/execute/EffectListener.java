package dev.evenkeel.agent.execute;

import dev.evenkeel.core.engine.EffectId;

/** Hears what the server wants to be told soon. Called from the executor's threads; must return quickly. */
public interface EffectListener {
    /** The effect is in the journal. */
    void acknowledged(EffectId effect);

    /** Some effect has an outcome that the server does not have; {@link EffectExecutor#unreported} knows which. */
    void ended();
}
