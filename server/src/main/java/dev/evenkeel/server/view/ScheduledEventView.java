package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.Announcement;
import dev.evenkeel.server.notice.RunNotices;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one VM is told before it is touched. */
public record ScheduledEventView(
        String id,
        String kind,
        String status,
        String vm,
        String name,
        String tenant,
        Instant notBefore,
        @Nullable Long lastsMs,
        String description,
        @Nullable String approvedBy,
        String run) {

    public static ScheduledEventView of(RunNotices.Told told, Vm vm) {
        return new ScheduledEventView(
                told.event().id().value(),
                told.event().kind().name(),
                told.event().started() ? "STARTED" : "SCHEDULED",
                vm.id().value(),
                vm.name(),
                vm.tenant().value(),
                told.event().notBefore(),
                Millis.of(told.event().lasts()),
                told.event().description(),
                told.run().announcement(vm.id()).map(Announcement::approvedBy).orElse(null),
                told.run().id().value());
    }
}
