package dev.evenkeel.core.notice;

import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The notice that one or more VMs get before they are touched. It is gone when it is over or withdrawn.
 *
 * @param vms whom it is about; at least one
 * @param started it has begun; else it waits for {@code notBefore} or for its approval
 * @param notBefore it does not begin earlier unless it is approved
 * @param lasts how long it is felt as foreseen: null unknown, zero not at all
 * @param description for people, one sentence
 * @param asked the owner asked for it; else the operator of the hosts wants it
 */
public record ScheduledEvent(
        EventId id,
        EventKind kind,
        List<VmId> vms,
        boolean started,
        Instant notBefore,
        @Nullable Duration lasts,
        String description,
        boolean asked) {
    public ScheduledEvent {
        vms = List.copyOf(vms);
        if (vms.isEmpty()) {
            throw new IllegalArgumentException("scheduled event " + id + " is about no VM");
        }
    }
}
