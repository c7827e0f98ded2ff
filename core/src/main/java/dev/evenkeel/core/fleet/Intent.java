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
 */
public record Intent(
        Duration maxPause, Migration migration, boolean postCopy, Restart restart, OnHostFailure onHostFailure) {
    public static final Intent DEFAULT =
            new Intent(Duration.ofSeconds(5), Migration.ALLOWED, false, Restart.NEVER, OnHostFailure.LEAVE);

    public Intent {
        if (maxPause.isNegative() || maxPause.isZero()) {
            throw new IllegalArgumentException("maxPause must be more than zero: " + maxPause);
        }
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
