package dev.evenkeel.server.gateway;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.engine.Unavailable;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.server.fleet.FleetRegistry.Taken;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.loop.NotInCharge;
import dev.evenkeel.server.loop.Shards;
import dev.evenkeel.server.notice.Approvals;
import dev.evenkeel.server.notice.VmDocuments;
import dev.evenkeel.wire.link.Approval;
import dev.evenkeel.wire.link.Report;
import dev.evenkeel.wire.link.ReportAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Takes reports in: first how effects ended, which is committed before it is answered, then what VMs approved, then what
 * the host looks like. */
public final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
    /** More active runs than this are woken by their own timers. */
    private static final int WOKEN_AT_ONCE = 1000;

    private final FleetRegistry registry;
    private final Shards shards;
    private final RunStore store;
    private final ProgressBoard progress;
    private final TimeSource time;
    private final Duration heartbeat;
    private final Learner learner;
    private final VmDocuments documents;
    private final Approvals approvals;

    /** Hears, once, how each effect ended, after that is committed. */
    @FunctionalInterface
    public interface Learner {
        void ended(HostId host, Effect effect, Outcome outcome);
    }

    /** @param heartbeat how often agents shall report at least */
    public Reports(
            FleetRegistry registry,
            Shards shards,
            RunStore store,
            ProgressBoard progress,
            TimeSource time,
            Duration heartbeat,
            Learner learner,
            VmDocuments documents,
            Approvals approvals) {
        this.registry = registry;
        this.shards = shards;
        this.store = store;
        this.progress = progress;
        this.time = time;
        this.heartbeat = heartbeat;
        this.learner = learner;
        this.documents = documents;
        this.approvals = approvals;
    }

    ReportAnswer take(HostId host, Report report) {
        requireOwn(host, report);
        registry.heard(host);
        MigrationDomainId shard = registry.shard(host).orElseThrow();
        report.progress().forEach(p -> progress.say(p.effect(), p.text()));
        List<EffectId> accepted = new ArrayList<>();
        for (Report.Ended ended : report.ended()) {
            if (end(host, shard, ended)) {
                accepted.add(ended.effect());
            }
        }
        progress.ended(accepted);
        List<Approval> approved =
                report.approved().stream().filter(a -> approve(host, a)).toList();
        Taken taken = registry.report(host, report);
        if (taken == Taken.OBSERVED) {
            shards.lead(shard);
            wakeRunsOf(host, shard);
        }
        return new ReportAnswer(time.now(), taken == Taken.RESYNC, accepted, approved, heartbeat);
    }

    /** An agent speaks only for its host. */
    private static void requireOwn(HostId host, Report report) {
        if (report.inventory() != null
                && report.inventory().vms().stream().anyMatch(vm -> !vm.host().equals(host))) {
            throw Problem.Kind.FORBIDDEN.because("The agent of " + host + " may speak only of VMs on " + host + ".");
        }
    }

    /** True when the agent need not repeat it: it is committed, or nobody waits for it. */
    /** The VM that an effect brings to another host, or null. */
    private static @Nullable VmId changesHost(Effect effect) {
        return switch (effect) {
            case Effect.MoveVm move -> move.vm();
            case Effect.RedeployVm redeploy -> redeploy.vm();
            default -> null;
        };
    }

    private boolean end(HostId host, MigrationDomainId shard, Report.Ended ended) {
        try (var run = MDC.putCloseable("run", ended.run().value());
                var effect = MDC.putCloseable("effect", ended.effect().value())) {
            Optional<EffectRecord> given = store.effects(ended.run()).stream()
                    .filter(e -> e.id().equals(ended.effect()) && e.agent().equals(host))
                    .findFirst();
            if (given.isEmpty()) {
                LOG.warn("{} reports the end of an effect that it was never given", host);
                return true;
            }
            if (given.get().outcome() == null
                    && changesHost(given.get().effect()) instanceof VmId vm
                    && ended.outcome() instanceof Outcome.Moved moved) {
                registry.moved(vm, host, moved.to());
            }
            boolean known = shards.tell(shard, ended.run(), new RunEvent.EffectEnded(ended.effect(), ended.outcome()));
            LOG.info("{}: {}{}", host, ended.outcome(), known ? "" : " (of no known run)");
            if (!ended.outcome().equals(given.get().outcome())) {
                learner.ended(host, given.get().effect(), ended.outcome());
            }
            return true;
        } catch (NotInCharge e) {
            LOG.info("{} will repeat the end of {}: {}", host, ended.effect(), e.getMessage());
            return false;
        } catch (Unavailable e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("the end of {} cannot be taken in; what else {} reports goes on", ended.effect(), host, e);
            return false;
        }
    }

    /** True when the agent need not repeat it: it is kept, or the event is over for this VM. */
    private boolean approve(HostId host, Approval approval) {
        if (!documents.speaksTo(host)) {
            return false;
        }
        if (!documents.tells(host, approval.vm(), approval.event())) {
            LOG.info("{}: VM {} approves {}, of which it is not told any more", host, approval.vm(), approval.event());
            return true;
        }
        try {
            approvals.approved(approval.event(), approval.vm(), approval.at());
            LOG.info("{}: VM {} approves {}", host, approval.vm(), approval.event());
            return true;
        } catch (NotInCharge e) {
            LOG.info("{} will repeat the approval of {}: {}", host, approval.event(), e.getMessage());
            return false;
        } catch (Unavailable e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("the approval of {} cannot be taken in; what else {} reports goes on", approval.event(), host, e);
            return false;
        }
    }

    private void wakeRunsOf(HostId host, MigrationDomainId shard) {
        for (StoredRun stored : store.runs(new RunQuery("HostRun", true, null, WOKEN_AT_ONCE))) {
            if (stored.run() instanceof HostRun run && run.host().equals(host)) {
                try {
                    shards.tell(shard, run.id(), new RunEvent.HostObserved(host));
                } catch (NotInCharge e) {
                    return; // whoever is in charge hears of it by the run's timer
                }
            }
        }
    }
}
