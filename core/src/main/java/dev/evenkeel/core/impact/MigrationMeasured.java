package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;

/**
 * What a completed move took.
 *
 * @param prepare from the order to the first page of memory or storage
 * @param memoryTime from the first page of memory to the stop
 * @param stop how long the VM stood still, by its own clock where that can be read
 * @param total from the order to its end
 * @param memory bytes of memory sent
 * @param storage bytes of storage sent
 * @param storageTime how long the storage took before memory began
 * @param passes over memory
 * @param postCopy the VM switched over before its memory had arrived
 */
public record MigrationMeasured(
        Duration prepare,
        Duration memoryTime,
        Duration stop,
        Duration total,
        Bytes memory,
        Bytes storage,
        Duration storageTime,
        int passes,
        boolean postCopy) {}
