package dev.evenkeel.server.notice;

import dev.evenkeel.core.notice.ScheduledEvent;
import java.util.List;

/** Knows what is about to happen to VMs. Asked about twice a second, by one thread. */
@FunctionalInterface
public interface EventSource {
    /** All events that are scheduled or have begun. One that is not here any more is over, or was withdrawn. */
    List<ScheduledEvent> current();
}
