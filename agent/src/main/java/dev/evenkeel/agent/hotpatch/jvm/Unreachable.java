package dev.evenkeel.agent.hotpatch.jvm;

import dev.evenkeel.core.fleet.Refusal;

/** A JVM can't be made to do what it was asked. */
final class Unreachable extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Refusal refusal;
    private final boolean unchanged;

    Unreachable(Refusal refusal, boolean unchanged) {
        super(refusal.why());
        this.refusal = refusal;
        this.unchanged = unchanged;
    }

    Unreachable(String code, String why) {
        this(Refusal.of(code, why), true);
    }

    Refusal refusal() {
        return refusal;
    }

    /** Whether the JVM runs what it ran before. */
    boolean unchanged() {
        return unchanged;
    }
}
