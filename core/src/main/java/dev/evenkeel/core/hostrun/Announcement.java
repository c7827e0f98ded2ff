package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one VM was told of a host run before it is touched.
 *
 * @param notBefore it is not touched earlier unless it approves
 * @param lasts how long it was told that it would feel it; null unknown
 * @param approvedBy who let it begin at once, or null
 * @param since when it was told first
 */
public record Announcement(
        EventId event,
        VmId vm,
        String name,
        EventKind kind,
        Instant notBefore,
        @Nullable Duration lasts,
        @Nullable String approvedBy,
        Instant since) {

    /** Whether the VM may not be touched yet. */
    public boolean waits(Instant now) {
        return approvedBy == null && now.isBefore(notBefore);
    }

    Announcement approved(String by) {
        return approvedBy != null ? this : new Announcement(event, vm, name, kind, notBefore, lasts, by, since);
    }

    /** The same at another time. */
    Announcement at(Instant time) {
        return new Announcement(event, vm, name, kind, time, lasts, approvedBy, since);
    }
}
