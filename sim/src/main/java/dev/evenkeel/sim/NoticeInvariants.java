package dev.evenkeel.sim;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.Announcement;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Move;
import dev.evenkeel.core.hostrun.Offer;
import dev.evenkeel.core.notice.EventId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** What must hold of notices. It keeps its own account of when each VM was told and of who approved. */
final class NoticeInvariants {
    private final SimFleet fleet;
    private final TreeMap<EventId, Instant> told = new TreeMap<>();
    private final TreeSet<EventId> approved = new TreeSet<>();
    private final TreeMap<String, Instant> offered = new TreeMap<>();
    private final TreeSet<String> chosen = new TreeSet<>();

    NoticeInvariants(SimFleet fleet) {
        this.fleet = fleet;
    }

    void committed(Commit commit) {
        if (!(commit.step().next() instanceof HostRun run)) {
            return;
        }
        if (commit.event() instanceof RunEvent.NoticeApproved approval) {
            approved.add(approval.event());
        }
        run.offers().forEach(offer -> offered.putIfAbsent(run.id() + " " + offer.vm(), commit.at()));
        if (commit.event() instanceof RunEvent.OwnerChose choice) {
            chosen.add(run.id() + " " + choice.vm());
        }
        run.announcements().forEach(announcement -> told.putIfAbsent(announcement.event(), commit.at()));
        for (Step.Order order : commit.step().orders()) {
            touched(order.effect(), run).forEach(vm -> hadNotice(vm, run, order, commit.at()));
        }
    }

    /** Whether a VM's owner chose to have it restarted by a run, or had the whole of their window to choose. */
    boolean wasOffered(VmId vm, Commit commit) {
        Offer offer =
                commit.step().next() instanceof HostRun run ? run.offer(vm).orElse(null) : null;
        String key = commit.step().next().id() + " " + vm;
        Instant since = offered.get(key);
        return offer != null
                && offer.agreed() != null
                && since != null
                && (chosen.contains(key)
                        || !commit.at()
                                .isBefore(since.plus(((HostRun) commit.step().next())
                                        .policy()
                                        .selfService())));
    }

    /** The VMs that would feel an effect of a run that their owners have not ordered themselves. */
    static List<VmId> touched(Effect effect, HostRun run) {
        return switch (effect) {
            case Effect.MoveVm move -> List.of(move.vm());
            case Effect.RedeployVm r -> r.agreed() == null ? List.of(r.vm()) : List.of();
            case Effect.HandOver over -> List.of(over.vm());
            case Effect.StopVm stop -> List.of(stop.vm());
            case Effect.SwitchKernel s
            when run.state() instanceof HostRunState.Switching switching ->
                switching.moves().stream().map(Move::vm).toList();
            default -> List.of();
        };
    }

    private void hadNotice(VmId vm, HostRun run, Step.Order order, Instant now) {
        Duration wanted = fleet.vm(vm).intent.notice();
        if (wanted.isZero()) {
            return;
        }
        String what = order.id() + " touches " + vm + ", which wants notice of " + wanted;
        Announcement announcement =
                run.announcement(vm).orElseThrow(() -> new Violation(Invariant.NOTICE, what + " and was told nothing"));
        Instant since = told.getOrDefault(announcement.event(), now);
        Invariants.require(
                approved.contains(announcement.event()) || !now.isBefore(since.plus(wanted)),
                Invariant.NOTICE,
                what + ": told at " + since + ", now " + now);
    }
}
