package dev.evenkeel.sim;

/** An invariant was broken: a bug, found. An error, so that nothing that deals with exceptions can hide it. */
public final class Violation extends Error {
    private static final long serialVersionUID = 1;

    private final Invariant invariant;

    Violation(Invariant invariant, String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    public Invariant invariant() {
        return invariant;
    }
}
