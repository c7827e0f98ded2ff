package dev.evenkeel.server.notice;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import java.time.Instant;

/** Hears what VMs approve. The same approval may come more than once. */
@FunctionalInterface
public interface Approvals {
    /**
     * A VM said that an event may begin, for all VMs that it is about. When this returns, it is kept; when it throws, it
     * is said again later.
     *
     * @param by the VM itself or one of its availability set; it is told of the event
     * @param at by the clock of the VM's host
     * @throws dev.evenkeel.server.loop.NotInCharge when another server has to be told
     */
    void approved(EventId event, VmId by, Instant at);
}
