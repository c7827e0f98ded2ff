package dev.evenkeel.server.exempt;

import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.Exemptions;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.store.PgUpdates;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks for updates that should be everywhere by now, and that exemptions keep from hosts: an exemption goes before. */
public final class OverdueUpdates {
    /** So many of the newest updates are looked at. */
    private static final int NEWEST = 200;

    private final ExemptionBook book;
    private final PgUpdates updates;
    private final Function<Instant, Fleet> fleets;
    private final PauseModel pauses;
    private final Function<UpdateId, @Nullable Update> catalogue;
    private final TimeSource time;
    private final Set<String> told = new HashSet<>();

    public OverdueUpdates(
            ExemptionBook book,
            PgUpdates updates,
            Function<Instant, Fleet> fleets,
            PauseModel pauses,
            Function<UpdateId, @Nullable Update> catalogue,
            TimeSource time) {
        this.book = book;
        this.updates = updates;
        this.fleets = fleets;
        this.pauses = pauses;
        this.catalogue = catalogue;
        this.time = time;
    }

    /** Tells of each update and exemption once. */
    public void look() {
        Instant now = time.now();
        List<Exemption> held = book.all(now);
        told.removeIf(
                key -> held.stream().noneMatch(one -> key.startsWith(one.id().value() + " ")));
        if (held.isEmpty()) {
            return;
        }
        Fleet fleet = fleets.apply(now);
        for (Update update : updates.list(null, NEWEST)) {
            Instant deadline = update.deadline();
            if (deadline != null && !now.isBefore(deadline)) {
                Map<String, Long> vms = keptFrom(update, fleet, now);
                held.forEach(one -> tell(one, update, vms.getOrDefault(one.id().value(), 0L), now));
            }
        }
    }

    private void tell(Exemption one, Update update, long vms, Instant now) {
        if (vms > 0 && told.add(one.id() + " " + update.id())) {
            book.overdue(one, update, vms, now);
        }
    }

    /** How many VMs each exemption keeps an update from, which would come to their hosts without it. */
    private Map<String, Long> keptFrom(Update update, Fleet fleet, Instant now) {
        Exemptions those = book.exemptions();
        return fleet.hosts().values().stream()
                .filter(host -> !update.isAllOver(host, fleet) && isKept(update, host, fleet, those, now))
                .flatMap(host -> fleet.aliveOn(host.id()).stream())
                .flatMap(vm -> those.of(vm, now).stream().filter(one -> one.isFrom(update.id())))
                .collect(Collectors.groupingBy(one -> one.id().value(), Collectors.counting()));
    }

    private boolean isKept(Update update, Host host, Fleet fleet, Exemptions those, Instant now) {
        var choice =
                Ladder.choose(update, host, fleet, pauses, catalogue, vm -> those.refusal(vm, update.id(), now), null);
        return choice.method() == null && choice.refusal().code().equals(Exemption.CODE);
    }
}
