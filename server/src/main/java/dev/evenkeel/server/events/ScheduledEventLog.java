package dev.evenkeel.server.events;

import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.Announcement;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.server.notice.RunNotices;
import dev.evenkeel.server.view.ScheduledEventView;
import dev.evenkeel.store.PgScheduledEvents;
import dev.evenkeel.store.PgScheduledEvents.News;
import dev.evenkeel.store.PgScheduledEvents.Open;
import dev.evenkeel.store.ScheduledEventChange;
import dev.evenkeel.wire.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down every change of a scheduled event, once, for the stream and for webhooks. Each look compares what runs tell with
 * what was told last; both are in the database, so a server that was away makes up for it. A server judges the events of
 * shards that it leads.
 */
public final class ScheduledEventLog {
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledEventLog.class);

    private final RunNotices notices;
    private final RunStore runs;
    private final Function<Instant, Fleet> fleet;
    private final Predicate<MigrationDomainId> leads;
    private final PgScheduledEvents stored;
    private final TimeSource time;
    private boolean failing;

    /** @param leads whether this server leads a shard */
    public ScheduledEventLog(
            RunNotices notices,
            RunStore runs,
            Function<Instant, Fleet> fleet,
            Predicate<MigrationDomainId> leads,
            PgScheduledEvents stored,
            TimeSource time) {
        this.notices = notices;
        this.runs = runs;
        this.fleet = fleet;
        this.leads = leads;
        this.stored = stored;
        this.time = time;
    }

    /** Looks once more. Trouble is logged, and made up for by the next look. For one thread. */
    public void look() {
        try {
            Look look = new Look();
            News news = look.compare(stored.open());
            if (!news.told().isEmpty() || !news.over().isEmpty()) {
                stored.change(look::compare);
            }
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn("changes of scheduled events are told late, when this is over", e);
            }
            failing = true;
        }
    }

    /** What runs tell at one time. */
    private final class Look {
        private final Instant now = time.now();
        private final Fleet known = fleet.apply(now);
        private final Map<String, RunNotices.Told> told = new LinkedHashMap<>();

        Look() {
            notices.told().forEach(one -> told.put(one.event().id().value(), one));
        }

        News compare(List<Open> open) {
            Map<String, Open> before = new HashMap<>();
            open.forEach(one -> before.put(one.id(), one));
            List<ScheduledEventChange> changes = new ArrayList<>();
            List<Open> next = new ArrayList<>();
            List<String> over = new ArrayList<>();
            told.forEach((id, one) -> current(one).ifPresent(view -> {
                ScheduledEventView earlier = before.containsKey(id) ? view(before.get(id)) : null;
                if (!view.equals(earlier)) {
                    changes.addAll(between(earlier, view));
                    next.add(new Open(
                            id, one.run().shard().value(), Json.mapper().writeValueAsString(view)));
                }
            }));
            for (Open one : open) {
                ScheduledEventView earlier = view(one);
                if (!told.containsKey(one.id()) && mayJudge(one, earlier)) {
                    changes.addAll(end(earlier));
                    over.add(one.id());
                }
            }
            return new News(changes, next, over);
        }

        /** An event as its VM's owner is to be told of it; nothing where this server does not know. */
        private Optional<ScheduledEventView> current(RunNotices.Told one) {
            return leads.test(one.run().shard())
                    ? known.vm(one.event().vms().getFirst()).map(vm -> ScheduledEventView.of(one, vm))
                    : Optional.empty();
        }

        /** That an event is not told means something where its VM is known, or the run is over. */
        private boolean mayJudge(Open one, ScheduledEventView view) {
            return leads.test(new MigrationDomainId(one.shard()))
                    && (known.vm(new VmId(view.vm())).isPresent()
                            || runs.load(new RunId(view.run()))
                                    .map(stored -> stored.run().ended())
                                    .orElse(true));
        }

        private List<ScheduledEventChange> between(@Nullable ScheduledEventView before, ScheduledEventView after) {
            List<ScheduledEventChange> changes = new ArrayList<>();
            ScheduledEventView seen = before;
            if (seen != null && !seen.tenant().equals(after.tenant())) {
                changes.add(change(ChangeType.WITHDRAWN, seen.at(ChangeType.WITHDRAWN.name(), seen.approvedBy())));
                seen = null;
            }
            if (seen == null) {
                seen = after.at(ScheduledEventView.SCHEDULED, null);
                changes.add(change(ChangeType.SCHEDULED, seen));
            } else {
                ScheduledEventView other = after.at(
                        seen.hasStarted() ? after.status() : ScheduledEventView.SCHEDULED,
                        seen.approvedBy() == null ? null : after.approvedBy());
                if (!other.equals(seen)) {
                    seen = other;
                    changes.add(change(ChangeType.UPDATED, seen));
                }
            }
            if (seen.approvedBy() == null && after.approvedBy() != null) {
                seen = seen.at(seen.status(), after.approvedBy());
                changes.add(change(ChangeType.APPROVED, seen));
            }
            if (!seen.hasStarted() && after.hasStarted()) {
                changes.add(change(ChangeType.STARTED, after));
            }
            return changes;
        }

        /** What was approved, began and was over between two looks stands in the run and in the ledger. */
        private List<ScheduledEventChange> end(ScheduledEventView last) {
            List<ScheduledEventChange> changes = new ArrayList<>();
            String approver = last.approvedBy() == null ? approver(last) : last.approvedBy();
            if (last.approvedBy() == null && approver != null) {
                changes.add(change(ChangeType.APPROVED, last.at(last.status(), approver)));
            }
            boolean happened = last.hasStarted();
            if (!happened
                    && !runs.ledger(new RunStore.LedgerQuery(new VmId(last.vm()), new RunId(last.run()), null, 1))
                            .isEmpty()) {
                changes.add(change(ChangeType.STARTED, last.at(ScheduledEventView.STARTED, approver)));
                happened = true;
            }
            ChangeType type = happened ? ChangeType.ENDED : ChangeType.WITHDRAWN;
            changes.add(change(type, last.at(type.name(), approver)));
            return changes;
        }

        private @Nullable String approver(ScheduledEventView event) {
            return runs.load(new RunId(event.run()))
                    .map(StoredRun::run)
                    .filter(HostRun.class::isInstance)
                    .flatMap(run -> ((HostRun) run).announcement(new VmId(event.vm())))
                    .filter(told -> told.event().value().equals(event.id()))
                    .map(Announcement::approvedBy)
                    .orElse(null);
        }

        private ScheduledEventChange change(ChangeType type, ScheduledEventView view) {
            return new ScheduledEventChange(
                    0,
                    "evt_" + UUID.randomUUID(),
                    now,
                    type.word(),
                    view.id(),
                    view.vm(),
                    view.tenant(),
                    Json.mapper().writeValueAsString(view));
        }

        private static ScheduledEventView view(Open open) {
            return Json.mapper().readValue(open.body(), ScheduledEventView.class);
        }
    }
}
