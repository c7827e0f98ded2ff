package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;

/**
 * One look at a running migration.
 *
 * @param elapsed since it was ordered
 * @param pass over memory that is going on, from 1; 0 before the first
 * @param memoryRemaining bytes of memory still to be sent in this pass
 * @param memoryPerSecond speed at which memory is being sent, in bytes per second; zero when not known yet
 * @param storageRemaining bytes of storage still to be copied
 * @param throttlePercent how much the guest is held back now
 */
public record MigrationSample(
        Duration elapsed,
        Phase phase,
        int pass,
        Bytes memoryRemaining,
        Bytes memoryPerSecond,
        Bytes storageRemaining,
        int throttlePercent) {
    /** How far a migration has come. */
    public enum Phase {
        PREPARING,
        STORAGE,
        PRE_COPY,
        POST_COPY
    }
}
