package dev.evenkeel.core.engine;

/** Decides the next step of a run. Pure: same inputs, same step. */
@FunctionalInterface
public interface Decider {
    Step decide(Run run, RunEvent event, World world);
}
