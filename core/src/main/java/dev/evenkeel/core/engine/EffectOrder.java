package dev.evenkeel.core.engine;

import dev.evenkeel.core.fleet.HostId;

/**
 * An effect on its way to an agent.
 *
 * @param agent the host whose agent carries it out
 * @param epoch of the lease under which it is delivered; an agent refuses one older than the newest it has seen
 */
public record EffectOrder(EffectId id, RunId run, HostId agent, long epoch, Effect effect) {}
