package dev.evenkeel.agent.hotpatch;

import java.util.List;

/**
 * A task that a transition waits for, because it sleeps in a function that is being patched.
 *
 * @param function the innermost function of its kernel stack, or {@code ?}
 */
record HeldUp(long task, String command, String function) {
    @Override
    public String toString() {
        return command + " (" + task + ") in " + function;
    }

    /** All of them in one line, the first few by name. */
    static String tell(List<HeldUp> tasks) {
        List<String> some = tasks.stream().limit(8).map(HeldUp::toString).toList();
        return String.join(", ", some)
                + (tasks.size() > some.size() ? " and " + (tasks.size() - some.size()) + " more" : "");
    }
}
