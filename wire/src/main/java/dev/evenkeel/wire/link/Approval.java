package dev.evenkeel.wire.link;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import java.time.Instant;

/**
 * A VM said that an event may begin.
 *
 * @param vm which asked; known by where its question came from
 * @param at by the host's clock
 */
public record Approval(EventId event, VmId vm, Instant at) {}
