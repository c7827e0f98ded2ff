package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.core.impact.MigrationForecast;

/**
 * Keeps auto-converge from running away. By itself it goes up to 99 %, where the guest stands still for a second at a time, and
 * libvirt has no call to bound it; QEMU has the parameter {@code max-cpu-throttle}. It stays at the bound on the source's VMM, which
 * ends with the move; after a failed move it does no harm, for it only holds for auto-converge.
 */
final class Throttle {
    /** How much auto-converge adds when passes do not shrink, in per cent. */
    static final int STEP = 5;

    private static final int ROOM = 10;

    private Throttle() {}

    static void limit(Domain domain, MigrationForecast forecast) {
        if (forecast.way() == MigrationForecast.Way.THROTTLED) {
            int most = Math.min(80, forecast.throttlePercent() + ROOM);
            domain.monitor(
                    "{\"execute\":\"migrate-set-parameters\",\"arguments\":{\"max-cpu-throttle\":" + most + "}}");
        }
    }
}
