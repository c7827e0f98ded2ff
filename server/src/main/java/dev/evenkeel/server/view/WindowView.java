package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.window.Opening;
import dev.evenkeel.core.window.OwnedWindow;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowTarget;
import dev.evenkeel.core.window.Windows;
import dev.evenkeel.store.WindowAssignmentRecord;
import dev.evenkeel.store.WindowRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A maintenance configuration; its fields in the words of Azure's. */
public record WindowView(
        String id,
        @Nullable String name,
        @Nullable String tenant,
        @Nullable String maintenanceScope,
        @Nullable String startDateTime,
        @Nullable String expirationDateTime,
        @Nullable String duration,
        @Nullable String timeZone,
        @Nullable String recurEvery,
        boolean open,
        @Nullable Instant closesAt,
        @Nullable Instant nextOpensAt,
        boolean rare,
        List<AssignmentView> assignments,
        Instant createdAt,
        String createdBy) {

    /** What it is assigned to: one of {@code vm}, {@code host} and {@code filter}; the others are null. */
    public record AssignmentView(
            String id,
            @Nullable String vm,
            @Nullable String host,
            @Nullable FilterView filter) {

        public static AssignmentView of(WindowAssignmentRecord assignment) {
            return switch (assignment.target()) {
                case WindowTarget.OneVm one ->
                    new AssignmentView(assignment.id(), one.vm().value(), null, null);
                case WindowTarget.OneHost one ->
                    new AssignmentView(assignment.id(), null, one.host().value(), null);
                case WindowTarget.Matching filter ->
                    new AssignmentView(assignment.id(), null, null, FilterView.of(filter));
            };
        }

        /** The same for somebody who sees no other hosts than these. */
        AssignmentView seenWith(Fleet seen) {
            boolean known = host != null && seen.host(new HostId(host)).isPresent();
            return new AssignmentView(id, vm, known ? host : null, filter);
        }
    }

    /** Which VMs are meant; all that is not null must hold. */
    public record FilterView(
            @Nullable String tenant,
            @Nullable String availabilitySet,
            @Nullable String name,
            SortedMap<String, String> tags) {

        static FilterView of(WindowTarget.Matching filter) {
            return new FilterView(
                    filter.tenant() == null ? null : filter.tenant().value(),
                    filter.availabilitySet() == null
                            ? null
                            : filter.availabilitySet().value(),
                    filter.name(),
                    filter.tags().all());
        }
    }

    public static WindowView of(
            WindowRecord record, OwnedWindow window, List<WindowAssignmentRecord> assignments, Instant now) {
        WindowDraft draft = window.configuration().draft();
        Windows alone = new Windows(List.of(window.configuration()));
        Optional<Opening> open = alone.at(now);
        return new WindowView(
                record.id().value(),
                draft.name(),
                record.tenant() == null ? null : record.tenant().value(),
                draft.maintenanceScope(),
                draft.startDateTime(),
                draft.expirationDateTime(),
                draft.duration(),
                draft.timeZone(),
                draft.recurEvery(),
                open.isPresent(),
                open.map(Opening::closes).orElse(null),
                alone.next(open.map(Opening::closes).orElse(now))
                        .map(Opening::opens)
                        .orElse(null),
                alone.rare(now),
                assignments.stream().map(AssignmentView::of).toList(),
                record.createdAt(),
                record.createdBy());
    }

    /** The same for a tenant, who sees its own hosts alone. */
    public WindowView forOwner(Fleet seen) {
        return new WindowView(
                id,
                name,
                tenant,
                maintenanceScope,
                startDateTime,
                expirationDateTime,
                duration,
                timeZone,
                recurEvery,
                open,
                closesAt,
                nextOpensAt,
                rare,
                assignments.stream().map(one -> one.seenWith(seen)).toList(),
                createdAt,
                createdBy);
    }
}
