package dev.evenkeel.agent.journal;

import dev.evenkeel.core.engine.Outcome;

/** What the journal says to an order. */
public sealed interface Admission {
    /** It is new and now on disk: begin. */
    record Begin() implements Admission {}

    /** It was begun before and has no outcome yet. */
    record UnderWay() implements Admission {}

    /** It ended before, like this; the outcome goes out again. */
    record Recorded(Outcome outcome) implements Admission {}

    /** It comes from a server that is no longer in charge: a newer epoch was seen. Nothing is done and nothing is said. */
    record Outdated(long newest) implements Admission {}
}
