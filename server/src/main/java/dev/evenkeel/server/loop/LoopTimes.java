package dev.evenkeel.server.loop;

import java.time.Duration;

/**
 * How patient the loops are.
 *
 * @param leaseTtl how long a lease holds without being renewed: how long a shard stands still when its server dies
 * @param renewEvery how often it is renewed, well below the ttl
 * @param acquireEvery how often a server that is not in charge asks for the lease
 * @param afterTrouble how long to wait after the database failed
 * @param closing how long a shutdown waits for a turn to end
 */
public record LoopTimes(
        Duration leaseTtl, Duration renewEvery, Duration acquireEvery, Duration afterTrouble, Duration closing) {
    public static final LoopTimes DEFAULT = new LoopTimes(
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(10));
}
