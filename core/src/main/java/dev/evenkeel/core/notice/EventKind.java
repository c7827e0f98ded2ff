package dev.evenkeel.core.notice;

import java.time.Duration;

/**
 * What is about to happen to a VM, in the words of Azure's scheduled events, from which the least notices are, too.
 *
 * @see <a href="https://learn.microsoft.com/azure/virtual-machines/linux/scheduled-events">Scheduled Events</a>
 */
public enum EventKind {
    /** It stands still and goes on: memory, connections and files stay. */
    FREEZE(Duration.ofMinutes(15)),
    /** It is shut down and started where it is; what is in memory is lost. */
    REBOOT(Duration.ofMinutes(15)),
    /** It is shut down and started on another host. */
    REDEPLOY(Duration.ofMinutes(10)),
    /** It is taken away because its place is needed. */
    PREEMPT(Duration.ofSeconds(30)),
    /** It is deleted, as its owner wished. */
    TERMINATE(Duration.ofMinutes(5));

    private final Duration leastNotice;

    EventKind(Duration leastNotice) {
        this.leastNotice = leastNotice;
    }

    /** How long before it begins a VM is told of it at least, unless a policy says another time or it approves. */
    public Duration leastNotice() {
        return leastNotice;
    }
}
