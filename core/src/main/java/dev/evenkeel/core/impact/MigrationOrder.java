package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Refusal;
import java.time.Duration;

/** What the pilot wants done to a running migration. */
public sealed interface MigrationOrder {
    /** Offer this stop for the switch-over. */
    record SetMaxDowntime(Duration downtime) implements MigrationOrder {}

    /** Switch over now and let the remaining memory follow. From here on there is no way back. */
    record StartPostCopy() implements MigrationOrder {}

    /** Give the move up; the VM stays where it is. */
    record Abort(Refusal why) implements MigrationOrder {}
}
