package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.Announcement;
import dev.evenkeel.server.notice.RunNotices;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one VM is told before it is touched; once it is over, only in what is told of changes. */
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

    public static final String SCHEDULED = "SCHEDULED";
    public static final String STARTED = "STARTED";

    public static ScheduledEventView of(RunNotices.Told told, Vm vm) {
        return new ScheduledEventView(
                told.event().id().value(),
                told.event().kind().name(),
                told.event().started() ? STARTED : SCHEDULED,
                vm.id().value(),
                vm.name(),
                vm.tenant().value(),
                told.event().notBefore(),
                Millis.of(told.event().lasts()),
                told.event().description(),
                told.run().announcement(vm.id()).map(Announcement::approvedBy).orElse(null),
                told.run().id().value());
    }

    public boolean hasStarted() {
        return status.equals(STARTED);
    }

    /** The same at another stage. */
    public ScheduledEventView at(String otherStatus, @Nullable String approver) {
        return new ScheduledEventView(
                id, kind, otherStatus, vm, name, tenant, notBefore, lastsMs, description, approver, run);
    }
}
