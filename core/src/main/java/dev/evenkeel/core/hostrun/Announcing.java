package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.Restarting;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.window.Turn;
import dev.evenkeel.core.window.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells the VMs of a host what is about to happen to them, and waits until each that wants notice has approved or had it.
 * Nothing is held and nothing is touched meanwhile, so that whoever cancels withdraws the notice and no more.
 */
final class Announcing {
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    /** Longer than any notice and any wait for an opening: whoever has waited so long waits for VMs that keep coming. */
    private static final Duration LIMIT =
            Intent.LONGEST_NOTICE.plus(Turn.FORCED_AFTER).plusDays(1);

    private Announcing() {}

    /** The step that waits, where a VM has still to be waited for; else nothing, and the run goes on with what was told. */
    static Optional<Step> before(HostRun told, World world) {
        Instant now = world.now();
        Optional<Announcement> waiting =
                told.announcements().stream().filter(a -> a.waits(now)).findFirst();
        Instant since = told.state() instanceof HostRunState.Announcing already ? already.since() : now;
        return waiting.map(first -> now.isBefore(since.plus(LIMIT))
                ? new Step.Builder().to(told.in(new HostRunState.Announcing(lookAt(told, now), since)))
                : Ending.end(told, RunOutcome.REFUSED, endless(told, first), world));
    }

    /** The run with what the VMs that are on its host now were told: what they were told before stands. */
    static HostRun telling(HostRun run, Host host, World world) {
        TreeMap<VmId, VmForecast> forecasts = new TreeMap<>();
        forecasts(run, host, world).forEach(forecast -> forecasts.put(forecast.vm(), forecast));
        List<Announcement> all = new ArrayList<>();
        for (Vm vm : world.fleet().aliveOn(run.host())) {
            EventKind kind = run.purpose().concerns(vm.id()) ? kind(run, vm) : null;
            if (kind != null) {
                all.add(run.announcement(vm.id())
                        .filter(before -> before.kind() == kind)
                        .map(before -> inItsWindow(run, before, world))
                        .orElseGet(() -> announce(run, vm, kind, forecasts.get(vm.id()), world)));
            }
        }
        return run.telling(all);
    }

    private static Announcement announce(
            HostRun run, Vm vm, EventKind kind, @Nullable VmForecast forecast, World world) {
        Duration lasts = kind != EventKind.FREEZE
                ? world.pauses().restart()
                : forecast != null && forecast.impact() instanceof Impact.Pause pause ? pause.expected() : null;
        return new Announcement(
                event(run, vm.id(), kind),
                vm.id(),
                vm.name(),
                kind,
                notBefore(run, vm.id(), world.now(), told(run, vm, kind, world), world),
                lasts,
                null,
                world.now());
    }

    /** The id of the one event of this kind that a VM is told of in a run. */
    static EventId event(HostRun run, VmId vm, EventKind kind) {
        return new EventId(
                UUID.nameUUIDFromBytes(bytes(run.id() + "/" + vm + "/" + kind)).toString());
    }

    /** A text's UTF-16 units, the higher byte first. */
    private static byte[] bytes(String text) {
        byte[] bytes = new byte[2 * text.length()];
        for (int i = 0; i < text.length(); i++) {
            bytes[2 * i] = (byte) (text.charAt(i) >> Byte.SIZE);
            bytes[2 * i + 1] = (byte) text.charAt(i);
        }
        return bytes;
    }

    /**
     * The earliest time after the notice at which the VM's owner lets it be disturbed: in an opening of its maintenance
     * configurations, or when none comes in time, or when the update must be everywhere. Who has chosen a time, or could
     * have, waits for no opening.
     *
     * @param since when the VM was told, from which the wait for an opening counts
     */
    private static Instant notBefore(HostRun run, VmId vm, Instant since, Instant told, World world) {
        Windows windows = world.windows().apply(vm);
        if (!windows.govern() || run.offer(vm).isPresent()) {
            return told;
        }
        Instant at = windows.turn(since, told, Duration.ZERO).at();
        Instant deadline = Offering.deadline(run, world);
        return deadline == null || at.isBefore(deadline) ? at : latest(told, deadline);
    }

    /** An opening may have closed while others on the host were waited for: then the next one counts. */
    private static Announcement inItsWindow(HostRun run, Announcement before, World world) {
        boolean chosen = before.approvedBy() != null || run.offer(before.vm()).isPresent();
        return chosen || before.waits(world.now())
                ? before
                : before.at(notBefore(run, before.vm(), before.since(), world.now(), world));
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * When a VM told now has had its notice. One whose owner wants none is not waited for; the others get at least what
     * their kind of event demands, and no more than that once the update would be late by it.
     */
    private static Instant told(HostRun run, Vm vm, EventKind kind, World world) {
        Instant now = world.now();
        Duration wanted = vm.intent().notice();
        if (wanted.isZero()) {
            return now;
        }
        Duration leastOfAll = run.policy().leastNotice();
        Instant least = now.plus(leastOfAll == null ? kind.leastNotice() : leastOfAll);
        Instant deadline = Offering.deadline(run, world);
        Instant told = now.plus(wanted);
        return latest(least, deadline != null && deadline.isBefore(told) ? deadline : told);
    }

    /** What happens to a VM in a run; null when the run touches it in no way, or it can be touched in none. */
    private static @Nullable EventKind kind(HostRun run, Vm vm) {
        if (run.patches()) {
            return null;
        }
        if (run.purpose() instanceof Purpose.Redeploy redeploy) {
            boolean untold = redeploy.agreed() == null
                    && Restarting.unredeployable(vm, null).isEmpty();
            return untold ? EventKind.REDEPLOY : null;
        }
        if (run.preserves() || Ladder.unmovable(vm).isEmpty()) {
            return EventKind.FREEZE;
        }
        boolean restarts = run.mayRestart() && Restarting.unstoppable(Offering.asAgreed(run, vm), List.of()) == null;
        return restarts ? EventKind.REBOOT : null;
    }

    private static List<VmForecast> forecasts(HostRun run, Host host, World world) {
        return run.purpose() instanceof Purpose.UpdateHost update
                ? Ladder.forecasts(update.method(), world.update(update.update()), host, world.fleet(), world.pauses())
                : Ladder.forecasts(host, world.fleet(), world.pauses());
    }

    static Step on(HostRun run, HostRunState.Announcing state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.TimerFired t -> HostRunDecider.reserve(run, world);
            case RunEvent.NoticeApproved a -> {
                HostRun approved = approve(run, a);
                yield approved.equals(run)
                        ? Step.ignore(run)
                        : new Step.Builder()
                                .to(approved.in(
                                        new HostRunState.Announcing(lookAt(approved, world.now()), state.since())));
            }
            case RunEvent.HoldRefused h -> HostRunDecider.waitsForHolds(run, world);
            case RunEvent.OwnerChose c -> Step.ignore(run);
            case RunEvent.OwnersAsked a -> Step.ignore(run);
            case RunEvent.CancelOrdered c -> Ending.end(run, RunOutcome.CANCELLED, HostRunDecider.cancelled(c), world);
            case RunEvent.ResolveOrdered r -> Ending.end(run, r.as(), HostRunDecider.resolved(r), world);
            case RunEvent.RunOrdered o -> Step.ignore(run);
            case RunEvent.EffectEnded e -> Step.ignore(run);
            case RunEvent.HostObserved o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> HostRunDecider.reserve(run, world);
        };
    }

    /** The same run, in which a VM may be touched at once; itself where it was told of no such event. */
    static HostRun approve(HostRun run, RunEvent.NoticeApproved approval) {
        return run.telling(run.announcements().stream()
                .map(a -> a.event().equals(approval.event()) ? a.approved(approval.by()) : a)
                .toList());
    }

    private static Instant lookAt(HostRun run, Instant now) {
        Instant last = run.announcements().stream()
                .filter(a -> a.waits(now))
                .map(Announcement::notBefore)
                .max(Instant::compareTo)
                .orElse(now);
        Instant soon = now.plus(LOOK_AGAIN);
        return last.isBefore(soon) ? last : soon;
    }

    /** Whether its owner wants notice of what it was not told. */
    static boolean isUntold(HostRun run, Vm vm, World world) {
        boolean wanted =
                !vm.intent().notice().isZero() || world.windows().apply(vm.id()).govern();
        EventKind kind = wanted ? kind(run, vm) : null;
        return kind != null
                && run.announcement(vm.id()).map(a -> a.kind() != kind).orElse(true);
    }

    /** Why a VM may not be touched that came to a host when it was too late to tell it; null when it may. */
    static @Nullable Refusal whyUntold(HostRun run, Vm vm, World world) {
        return isUntold(run, vm, world)
                ? Refusal.of(
                        "VM_UNTOLD",
                        "VM " + vm.name() + " came to host " + run.host() + " while it was changed, wants notice and"
                                + " was told nothing; move it away, or try again")
                : null;
    }

    /** Whether the opening has closed in which a VM that was told could be disturbed. */
    static boolean isOutOfItsWindow(HostRun run, Vm vm, World world) {
        return run.announcement(vm.id())
                .map(told -> inItsWindow(run, told, world))
                .filter(told -> told.waits(world.now()))
                .isPresent();
    }

    /** A VM that came while the host was being emptied and wants notice, if there is one that was told nothing. */
    static Optional<Vm> untold(HostRun run, World world) {
        return world.fleet().aliveOn(run.host()).stream()
                .filter(vm -> run.purpose().concerns(vm.id()) && isUntold(run, vm, world))
                .findFirst();
    }

    /** Why a run that gives its VMs so long a notice that it never comes to its turn is given up. */
    private static Refusal endless(HostRun run, Announcement waiting) {
        return Refusal.of(
                        "NOTICE_ENDLESS",
                        "VMs that want notice keep coming to host " + run.host() + "; cordon it, then try again")
                .with("vm", waiting.vm().value());
    }
}
