package dev.evenkeel.core.engine;

/** How a run ended. */
public enum RunOutcome {
    /** All that was asked is done and verified. */
    DONE,
    /** A rollout that went over every host, some of which were refused or undone, each with its reason. */
    PARTIAL,
    /** The host is back on what it ran before. */
    UNDONE,
    /** Stopped by order, the host usable. */
    CANCELLED,
    /** Nothing was changed, for the reason given. */
    REFUSED,
    /** A person closed it as failed. */
    FAILED
}
