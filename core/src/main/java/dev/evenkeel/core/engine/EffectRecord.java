package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An effect as the store keeps it.
 *
 * @param orderedAt by the engine's clock
 * @param outcome null while outstanding
 */
public record EffectRecord(
        EffectId id,
        RunId run,
        HostId agent,
        Effect effect,
        Status status,
        Instant orderedAt,
        @Nullable Outcome outcome) {

    /** The way of an effect; only the first two are delivered again. */
    public enum Status {
        /** Committed; the agent has not said that it has it. */
        ORDERED,
        /** In the agent's journal. */
        ACKNOWLEDGED,
        /** Its outcome is committed. */
        ENDED,
        /** Its run ended first or wants it no longer; it is not delivered any more. */
        WITHDRAWN
    }

    public boolean outstanding() {
        return status == Status.ORDERED || status == Status.ACKNOWLEDGED;
    }

    /** The order as delivered under a lease. */
    public EffectOrder under(Lease lease) {
        return new EffectOrder(id, run, agent, lease.epoch(), effect);
    }
}
