package dev.evenkeel.agent.link;

import dev.evenkeel.agent.execute.EffectExecutor;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.link.Approval;
import dev.evenkeel.wire.link.Report;
import dev.evenkeel.wire.link.ReportAnswer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds reports and takes their answers in. After a report that got lost the next one says everything, so that the server
 * never believes in a VM that is gone. Used by one thread.
 */
final class Reporter {
    private static final Duration FIRST_HEARTBEAT = Duration.ofSeconds(5);

    private final String session;
    private final EffectExecutor executor;
    private final GuestNotices notices;
    private final Outbox outbox;
    private final Watcher watcher;
    private final ServerTime time;
    private long sequence;
    private Duration heartbeat = FIRST_HEARTBEAT;
    /** What the server knows of this host, or null when it must be told everything. */
    private HostObserver.@Nullable Sight told;

    private long toldMark = Long.MIN_VALUE;

    Reporter(
            String session,
            EffectExecutor executor,
            GuestNotices notices,
            Outbox outbox,
            Watcher watcher,
            ServerTime time) {
        this.notices = notices;
        this.session = session;
        this.executor = executor;
        this.outbox = outbox;
        this.watcher = watcher;
        this.time = time;
    }

    /** How long the server wants to wait for the next report at most. */
    Duration heartbeat() {
        return heartbeat;
    }

    /** Reports once. */
    void report(GatewayClient client) throws IOException, InterruptedException {
        Optional<Watcher.Seen> seen = watcher.latest();
        List<Report.Progress> progress = outbox.takeProgress();
        List<Report.Ended> ended = executor.unreported().stream()
                .map(e -> new Report.Ended(e.run(), e.effect(), e.outcome()))
                .toList();
        List<Approval> approved = notices.unreported();
        Report report =
                new Report(session, sequence++, seen.map(this::inventory).orElse(null), progress, ended, approved);
        ReportAnswer answer;
        try {
            answer = client.post("/agent/v1/report", report, ReportAnswer.class);
        } catch (IOException | InterruptedException e) {
            told = null;
            outbox.putBack(progress);
            throw e;
        }
        time.stamped(answer.serverTime());
        heartbeat = answer.heartbeat();
        executor.accepted(answer.accepted());
        notices.accepted(answer.approved());
        if (answer.resync()) {
            told = null;
            watcher.wake();
        } else if (seen.isPresent()) {
            told = seen.get().sight();
            toldMark = seen.get().mark();
        }
        if (!ended.isEmpty()) {
            watcher.wake(); // what is seen from now on is seen after the server knows of the end
        }
    }

    private Report.@Nullable Inventory inventory(Watcher.Seen seen) {
        Instant observedAt = time.at(seen.mark());
        HostObserver.Sight sight = seen.sight();
        HostObserver.Sight before = told;
        if (before == null) {
            return new Report.Inventory(true, observedAt, sight.facts(), sight.vms(), List.of());
        }
        if (seen.mark() == toldMark) {
            return null;
        }
        Map<VmId, Vm> known = new HashMap<>();
        before.vms().forEach(vm -> known.put(vm.id(), vm));
        List<Vm> changed = sight.vms().stream()
                .filter(vm -> !vm.equals(known.get(vm.id())))
                .toList();
        sight.vms().forEach(vm -> known.remove(vm.id()));
        return new Report.Inventory(
                false,
                observedAt,
                sight.facts().equals(before.facts()) ? null : sight.facts(),
                changed,
                List.copyOf(known.keySet()));
    }
}
