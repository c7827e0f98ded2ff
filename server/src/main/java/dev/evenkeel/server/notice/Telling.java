package dev.evenkeel.server.notice;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.wire.link.VmDocument;
import dev.evenkeel.wire.link.VmDocument.Past;
import dev.evenkeel.wire.link.VmDocument.Told;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of which events: a VM of its own, and of those of the VMs that share its availability set. A VM never reads
 * of another tenant's.
 */
final class Telling {
    /** How long a VM can read of what is over. */
    static final Duration REMEMBERED = Duration.ofDays(28);

    private static final int MOST_PAST = 20;
    private static final Comparator<ScheduledEvent> EARLIEST_FIRST =
            Comparator.comparing(ScheduledEvent::notBefore).thenComparing(ScheduledEvent::id);

    private final Map<VmId, Vm> vms;
    private final Map<VmId, Set<ScheduledEvent>> own = new HashMap<>();
    private final Map<Circle, Set<ScheduledEvent>> shared = new HashMap<>();

    /** An availability set; two tenants may call theirs the same. */
    private record Circle(TenantId tenant, AvailabilitySetId set) {
        static @Nullable Circle of(Vm vm) {
            AvailabilitySetId set = vm.availabilitySet();
            return set == null ? null : new Circle(vm.tenant(), set);
        }
    }

    /** @param vms all VMs that are known, one sighting each */
    Telling(List<ScheduledEvent> events, Map<VmId, Vm> vms) {
        this.vms = vms;
        for (ScheduledEvent event : events.stream().sorted(EARLIEST_FIRST).toList()) {
            for (VmId id : event.vms()) {
                own.computeIfAbsent(id, v -> new LinkedHashSet<>()).add(event);
                Vm vm = vms.get(id);
                Circle circle = vm == null ? null : Circle.of(vm);
                if (circle != null) {
                    shared.computeIfAbsent(circle, c -> new LinkedHashSet<>()).add(event);
                }
            }
        }
    }

    /** The next document of a VM; the same one when nothing changed for it. */
    VmDocument next(Vm vm, VmDocument before, Instant now) {
        List<Told> events = told(vm);
        if (events.equals(before.events())) {
            return before;
        }
        List<Past> past = new ArrayList<>();
        for (Told earlier : before.events()) {
            ScheduledEvent event = earlier.event();
            boolean over = events.stream().noneMatch(t -> t.event().id().equals(event.id()));
            if (over && event.vms().contains(vm.id())) {
                past.add(new Past(event, !event.started(), now));
            }
        }
        before.past().stream()
                .filter(p -> p.ended().isAfter(now.minus(REMEMBERED)))
                .forEach(past::add);
        return new VmDocument(
                vm.id(), before.incarnation() + 1, events, past.subList(0, Math.min(past.size(), MOST_PAST)));
    }

    private List<Told> told(Vm vm) {
        Set<ScheduledEvent> events = new LinkedHashSet<>(own.getOrDefault(vm.id(), Set.of()));
        Circle circle = Circle.of(vm);
        if (circle != null) {
            events.addAll(shared.getOrDefault(circle, Set.of()));
        }
        return events.stream()
                .sorted(EARLIEST_FIRST)
                .map(event -> told(event, vm.tenant()))
                .toList();
    }

    private Told told(ScheduledEvent event, TenantId tenant) {
        List<Vm> visible = event.vms().stream()
                .flatMap(id -> Stream.ofNullable(vms.get(id)))
                .filter(vm -> vm.tenant().equals(tenant))
                .toList();
        ScheduledEvent seen = new ScheduledEvent(
                event.id(),
                event.kind(),
                visible.stream().map(Vm::id).toList(),
                event.started(),
                event.notBefore(),
                event.lasts(),
                event.description(),
                event.asked());
        return new Told(seen, visible.stream().map(Vm::name).toList());
    }
}
