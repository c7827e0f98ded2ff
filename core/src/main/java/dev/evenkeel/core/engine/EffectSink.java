package dev.evenkeel.core.engine;

/** The way out to the agents. May lose, delay or repeat what it is given: the engine delivers until acknowledged. */
@FunctionalInterface
public interface EffectSink {
    void deliver(EffectOrder order);
}
