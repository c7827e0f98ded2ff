package dev.evenkeel.core.engine;

import java.time.Instant;

/** The engine's clock: the wall's in the server, virtual in simulation. Decides policy, never leases. */
@FunctionalInterface
public interface TimeSource {
    Instant now();
}
