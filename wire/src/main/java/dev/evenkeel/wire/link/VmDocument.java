package dev.evenkeel.wire.link;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.ScheduledEvent;
import java.time.Instant;
import java.util.List;

/**
 * What one VM is told inside. Of events that touch other VMs of its availability set too it sees the names, and of these
 * only those of its own tenant.
 *
 * @param incarnation counts the changes of {@code events}; the same number is the same content, on every host
 * @param events what is to come or under way, the earliest first
 * @param past what was about this VM and is over, the latest first
 */
public record VmDocument(VmId vm, long incarnation, List<Told> events, List<Past> past) {
    /** The incarnation before a VM was ever told anything. */
    public static final long FIRST = 1;

    public VmDocument {
        events = List.copyOf(events);
        past = List.copyOf(past);
    }

    /** Of a VM that was never told anything. */
    public static VmDocument empty(VmId vm) {
        return new VmDocument(vm, FIRST, List.of(), List.of());
    }

    /**
     * An event as a VM is told of it.
     *
     * @param names of the VMs it is about, in the order of the event's own list
     */
    public record Told(ScheduledEvent event, List<String> names) {
        public Told {
            names = List.copyOf(names);
        }
    }

    /**
     * An event that is over.
     *
     * @param cancelled it went away before it had begun
     */
    public record Past(ScheduledEvent event, boolean cancelled, Instant ended) {}
}
