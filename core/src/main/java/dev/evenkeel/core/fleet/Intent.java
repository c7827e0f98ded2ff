package dev.evenkeel.core.fleet;

import java.time.Duration;

/**
 * What an owner lets happen to a VM.
 *
 * @param maxPause the longest pause that may be planned for it, more than zero
 * @param migration whether it may be moved
 * @param postCopy whether memory may follow after the switch; a lost link then loses the VM
 * @param restart whether a restart needs no further question
 * @param onHostFailure what is done when the VM died with its host or its VMM
 * @param notice how long before a felt interruption the owner wants to be told, from zero (nobody waits) to
 *     {@link #LONGEST_NOTICE}
 */
public record Intent(
        Duration maxPause,
        Migration migration,
        boolean postCopy,
        Restart restart,
        OnHostFailure onHostFailure,
        Duration notice) {
    /** The longest notice that an owner can ask for: as long as a self-service window is open. */
    public static final Duration LONGEST_NOTICE = Duration.ofDays(28);

    public static final Intent DEFAULT =
            new Intent(Duration.ofSeconds(5), Migration.ALLOWED, false, Restart.NEVER, OnHostFailure.LEAVE);

    public Intent {
        notice = notice == null ? Duration.ZERO : notice; // null in what was stored before there was any
        if (maxPause.isNegative() || maxPause.isZero()) {
            throw new IllegalArgumentException("maxPause must be more than zero: " + maxPause);
        }
        if (notice.isNegative() || notice.compareTo(LONGEST_NOTICE) > 0) {
            throw new IllegalArgumentException("notice must be from zero to " + LONGEST_NOTICE + ": " + notice);
        }
    }

    /** What an owner wants who need not be told before. */
    public Intent(
            Duration maxPause, Migration migration, boolean postCopy, Restart restart, OnHostFailure onHostFailure) {
        this(maxPause, migration, postCopy, restart, onHostFailure, Duration.ZERO);
    }

    /** The same but for the notice. */
    public Intent withNotice(Duration wanted) {
        return new Intent(maxPause, migration, postCopy, restart, onHostFailure, wanted);
    }

    /** Whether the owner lets the VM be moved; {@code AVOID} means only where nothing gentler is left. */
    public enum Migration {
        ALLOWED,
        AVOID,
        NEVER
    }

    /** Whether the owner lets the VM be restarted without being asked again. */
    public enum Restart {
        NEVER,
        CONSENT
    }

    /** What to do with a VM that its host's failure has stopped. */
    public enum OnHostFailure {
        LEAVE,
        RESTART
    }
}
