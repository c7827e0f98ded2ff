package dev.evenkeel.agent.hotpatch;

/**
 * A livepatch that the kernel knows.
 *
 * @param enabled whether it is live, or is becoming so
 * @param transition whether tasks are still on their way to or from it
 */
record LoadedPatch(String name, boolean enabled, boolean transition) {
    boolean isLive() {
        return enabled && !transition;
    }
}
