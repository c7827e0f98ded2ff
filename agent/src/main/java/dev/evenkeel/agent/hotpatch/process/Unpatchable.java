package dev.evenkeel.agent.hotpatch.process;

import dev.evenkeel.core.fleet.Refusal;

/** A process can't take a patch, or can't be rid of it; it runs what it ran before. */
final class Unpatchable extends Exception {
    private static final long serialVersionUID = 1;
    private final transient Refusal refusal;

    Unpatchable(String code, String why) {
        super(why);
        this.refusal = Refusal.of(code, why);
    }

    Refusal refusal() {
        return refusal;
    }
}
