package dev.evenkeel.agent.libvirt;

/**
 * Whether a domain runs, and why.
 *
 * @param reason libvirt's number for the reason; its meaning depends on the status
 */
public record DomainState(Status status, int reason) {
    private static final int PAUSED_MIGRATION = 2;
    private static final int PAUSED_STARTING_UP = 11;
    private static final int PAUSED_POSTCOPY = 12;
    private static final int PAUSED_POSTCOPY_FAILED = 13;
    private static final int SHUTOFF_SHUTDOWN = 1;
    private static final int SHUTOFF_DESTROYED = 2;
    private static final int SHUTOFF_MIGRATED = 4;
    private static final int SHUTOFF_SAVED = 5;
    private static final int RUNNING_POSTCOPY = 10;
    private static final int RUNNING_POSTCOPY_FAILED = 11;

    /** virDomainState, in its order. */
    public enum Status {
        NONE,
        RUNNING,
        BLOCKED,
        PAUSED,
        SHUTTING_DOWN,
        SHUT_OFF,
        CRASHED,
        SUSPENDED
    }

    static DomainState of(int state, int reason) {
        Status[] all = Status.values();
        return new DomainState(state >= 0 && state < all.length ? all[state] : Status.NONE, reason);
    }

    /** The guest's CPUs may run (a blocked one waits for input or output). */
    public boolean isRunning() {
        return status == Status.RUNNING || status == Status.BLOCKED;
    }

    public boolean isPaused() {
        return status == Status.PAUSED;
    }

    /** There is a process behind it: memory that would be lost if it were destroyed. */
    public boolean isActive() {
        return switch (status) {
            case RUNNING, BLOCKED, PAUSED, SHUTTING_DOWN, SUSPENDED -> true;
            case NONE, SHUT_OFF, CRASHED -> false;
        };
    }

    /** Paused because it is on its way: out of this host, or into it and not yet switched over. */
    public boolean isPausedByMigration() {
        return status == Status.PAUSED && (reason == PAUSED_MIGRATION || reason == PAUSED_STARTING_UP);
    }

    /** In the second phase of post-copy: its memory is split over two hosts. */
    public boolean isInPostCopy() {
        return status == Status.PAUSED && reason == PAUSED_POSTCOPY || isRunning() && reason == RUNNING_POSTCOPY;
    }

    /** Post-copy broke: neither side has the whole memory. Nobody may destroy or resume either side without looking. */
    public boolean isPostCopyFailed() {
        return status == Status.PAUSED && reason == PAUSED_POSTCOPY_FAILED
                || isRunning() && reason == RUNNING_POSTCOPY_FAILED;
    }

    /** Somebody pulled its plug or saved it to a file; neither is ever done to a VM by an order of ours. */
    public boolean wasStoppedByHand() {
        return status == Status.SHUT_OFF && (reason == SHUTOFF_DESTROYED || reason == SHUTOFF_SAVED);
    }

    /** Shut off by its guest or by a person, not by a failure. */
    public boolean wasShutOffOnPurpose() {
        return status == Status.SHUT_OFF && (reason == SHUTOFF_SHUTDOWN || reason == SHUTOFF_DESTROYED);
    }

    /** Shut off here because it went to another host. */
    public boolean hasMigratedAway() {
        return status == Status.SHUT_OFF && reason == SHUTOFF_MIGRATED;
    }
}
