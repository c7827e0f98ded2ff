package dev.evenkeel.agent.execute;

import dev.evenkeel.core.engine.EffectId;

/** Hears what the server wants to be told soon. Called from the executor's threads; must return quickly. */
@FunctionalInterface
public interface EffectListener {
    /** Some effect has an outcome that the server does not have; {@link EffectExecutor#unreported} knows which. */
    void ended();

    /** An order came and is not begun, for now, because of {@code why}. */
    default void notBegun(EffectId effect, String why) {}
}
