package dev.evenkeel.server.notice;

import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.ScheduledEvents;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.ScheduledEvent;
import dev.evenkeel.server.loop.Shards;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What host runs tell the VMs that they will touch, read off the runs that are under way; and what is approved of it. */
public final class RunNotices implements EventSource, Approvals {
    private static final int BATCH = 500;

    private final RunStore store;
    private final Shards shards;
    private final Function<Instant, Fleet> fleet;
    private final TimeSource time;

    public RunNotices(RunStore store, Shards shards, Function<Instant, Fleet> fleet, TimeSource time) {
        this.store = store;
        this.shards = shards;
        this.fleet = fleet;
        this.time = time;
    }

    /** A scheduled event and the run that it comes from. */
    public record Told(HostRun run, ScheduledEvent event) {}

    /** All that is told just now, run by run. */
    public List<Told> told() {
        List<Told> all = new ArrayList<>();
        Fleet now = fleet.apply(time.now());
        RunId after = null;
        while (true) {
            List<StoredRun> batch = store.runs(new RunStore.RunQuery("HostRun", true, after, BATCH));
            for (StoredRun stored : batch) {
                if (stored.run() instanceof HostRun run) {
                    ScheduledEvents.of(run, now).forEach(event -> all.add(new Told(run, event)));
                }
            }
            if (batch.size() < BATCH) {
                return all;
            }
            after = batch.getLast().run().id();
        }
    }

    @Override
    public List<ScheduledEvent> current() {
        return told().stream().map(Told::event).toList();
    }

    @Override
    public void approved(EventId event, VmId by, Instant at) {
        approve(event, "VM " + by);
    }

    /**
     * Lets an event begin at once.
     *
     * @return what was approved; empty when no such event is told, because it is over or never was
     * @throws dev.evenkeel.server.loop.NotInCharge when another server leads the run
     */
    public Optional<Told> approve(EventId event, String by) {
        Optional<Told> found =
                told().stream().filter(told -> told.event().id().equals(event)).findFirst();
        found.ifPresent(
                told -> shards.tell(told.run().shard(), told.run().id(), new RunEvent.NoticeApproved(event, by)));
        return found;
    }
}
