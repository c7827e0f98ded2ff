package dev.evenkeel.server.exempt;

import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.exempt.Exemptions;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.store.PgExemptions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * All exemptions. What is written here is seen at once; what another server on the same database wrote, after {@link
 * #look}. Safe for many threads.
 */
public final class ExemptionBook {
    private final PgExemptions kept;
    private final ExemptionNotices notices;
    private volatile Page page;

    private record Page(List<Exemption> all, Exemptions exemptions) {}

    /** @param names what people call a VM */
    public ExemptionBook(PgExemptions kept, Function<VmId, String> names) {
        this.kept = kept;
        this.notices = new ExemptionNotices(names);
        this.page = read(kept.all());
    }

    private static Page read(List<Exemption> all) {
        return new Page(List.copyOf(all), new Exemptions(all));
    }

    /** Tells of those that have ended by themselves, and reads the store again. */
    public synchronized void look(Instant now) {
        if (page.all().stream().anyMatch(one -> !one.holds(now))) {
            kept.expire(now, one -> notices.expired(one, now));
        }
        page = read(kept.all());
    }

    /** As they are now; a snapshot that never changes. */
    public Exemptions exemptions() {
        return page.exemptions();
    }

    /** Those that hold, by id. */
    public List<Exemption> all(Instant now) {
        return page.all().stream().filter(one -> one.holds(now)).toList();
    }

    public synchronized void add(Exemption exemption) {
        kept.add(exemption, notices.made(exemption));
        page = read(kept.all());
    }

    /** Ends one before its time; nothing when there is none. */
    public synchronized Optional<Exemption> remove(ExemptionId id, String by, Instant now) {
        Optional<Exemption> gone = kept.remove(id, one -> notices.deleted(one, by, now));
        page = read(kept.all());
        return gone;
    }

    /** Tells once that an update is late because of an exemption. @param vms how many it keeps it from */
    void overdue(Exemption one, Update update, long vms, Instant now) {
        kept.overdue(one.id(), update.id(), notices.overdue(one, update, vms, now));
    }
}
