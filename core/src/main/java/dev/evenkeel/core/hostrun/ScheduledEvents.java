package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.core.notice.ScheduledEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What VMs and their owners are to be told of a host run just now: read off its state, so that it can't differ from it. */
public final class ScheduledEvents {
    private ScheduledEvents() {}

    private enum Stage {
        SCHEDULED,
        STARTED,
        OVER
    }

    /** The scheduled events of a run: those that wait, and those that have begun. */
    public static List<ScheduledEvent> of(HostRun run, Fleet fleet) {
        List<ScheduledEvent> failures = failures(run);
        Set<VmId> failed =
                failures.stream().flatMap(event -> event.vms().stream()).collect(Collectors.toSet());
        List<ScheduledEvent> all = new ArrayList<>(failures);
        run.announcements().stream()
                .filter(told -> !failed.contains(told.vm()))
                .forEach(told ->
                        of(run, told, stage(run, run.state(), told, fleet)).ifPresent(all::add));
        return all;
    }

    /** VMs that died and are started again: of a failure nobody is told before, so these have begun when they are first heard of. */
    private static List<ScheduledEvent> failures(HostRun run) {
        List<ScheduledEvent> all = new ArrayList<>();
        if (run.purpose() instanceof Purpose.Redeploy redeploy) {
            return redeploy.agreed() == null ? all : redeploying(run);
        }
        for (Restart restart : run.restarts()) {
            boolean announced = run.announcement(restart.vm())
                    .map(told -> told.kind() == EventKind.REBOOT)
                    .orElse(false);
            if (!announced && restart.status().owed()) {
                all.add(failure(run, restart.vm(), restart.name(), restart.at(), restart.forecast()));
            }
        }
        HostRunState state = run.state() instanceof HostRunState.NeedsPerson p ? p.resume() : run.state();
        if (state instanceof HostRunState.Draining draining) {
            draining.moves().stream()
                    .filter(move -> move.open() && run.host().equals(move.to()))
                    .forEach(move -> all.add(failure(run, move.vm(), move.name(), move.at(), null)));
        }
        return all;
    }

    /** What an owner has ordered themselves is told when it begins, for those that share an availability set with the VM. */
    private static List<ScheduledEvent> redeploying(HostRun run) {
        HostRunState state = run.state() instanceof HostRunState.NeedsPerson p ? p.resume() : run.state();
        Stream<Restart> owed =
                run.restarts().stream().filter(restart -> restart.status().owed());
        Stream<Move> open =
                state instanceof HostRunState.Draining d ? d.moves().stream().filter(Move::open) : Stream.empty();
        return Stream.concat(
                        owed.map(r -> redeploying(run, r.vm(), r.name(), r.at(), r.forecast())),
                        open.map(m -> redeploying(run, m.vm(), m.name(), m.at(), m.forecastStop())))
                .toList();
    }

    private static ScheduledEvent redeploying(
            HostRun run, VmId vm, String name, Instant since, @Nullable Duration lasts) {
        return new ScheduledEvent(
                Announcing.event(run, vm, EventKind.REDEPLOY),
                EventKind.REDEPLOY,
                List.of(vm),
                true,
                since,
                lasts,
                name + ": " + run.purpose().phrase() + " as ordered by " + run.by(),
                false);
    }

    private static ScheduledEvent failure(HostRun run, VmId vm, String name, Instant since, @Nullable Duration lasts) {
        return new ScheduledEvent(
                Announcing.event(run, vm, EventKind.REBOOT),
                EventKind.REBOOT,
                List.of(vm),
                true,
                since,
                lasts,
                name + ": it died in the " + run.purpose().phrase() + " of its host and is started again",
                false);
    }

    private static Optional<ScheduledEvent> of(HostRun run, Announcement told, Stage stage) {
        if (stage == Stage.OVER) {
            return Optional.empty();
        }
        return Optional.of(new ScheduledEvent(
                told.event(),
                told.kind(),
                List.of(told.vm()),
                stage == Stage.STARTED,
                told.notBefore(),
                told.lasts(),
                told.name() + ": " + run.purpose().phrase()
                        + (run.purpose() instanceof Purpose.OneVm ? "" : " of its host"),
                false));
    }

    private static Stage stage(HostRun run, HostRunState state, Announcement told, Fleet fleet) {
        return switch (state) {
            case HostRunState.Reserving r -> Stage.SCHEDULED;
            case HostRunState.Announcing a -> Stage.SCHEDULED;
            case HostRunState.Offering o -> Stage.OVER;
            case HostRunState.Draining d -> ofMoves(d.moves(), told, Stage.SCHEDULED);
            case HostRunState.Stopping s -> ofRestarts(run, told);
            case HostRunState.Starting s -> ofRestarts(run, told);
            case HostRunState.Applying a -> staying(run, told, fleet, Stage.SCHEDULED);
            case HostRunState.HandingOver h -> ofMoves(h.moves(), told, Stage.OVER);
            case HostRunState.Switching s -> ofSwitch(s, told, staying(run, told, fleet, Stage.SCHEDULED));
            case HostRunState.Verifying v -> staying(run, told, fleet, Stage.OVER);
            case HostRunState.Undoing u -> staying(run, told, fleet, Stage.OVER);
            case HostRunState.NeedsPerson p -> stage(run, p.resume(), told, fleet);
            case HostRunState.Ended e -> Stage.OVER;
        };
    }

    private static Stage ofMoves(List<Move> moves, Announcement told, Stage unknown) {
        return moves.stream()
                .filter(move -> move.vm().equals(told.vm()))
                .findFirst()
                .map(move -> switch (move.status()) {
                    case PENDING -> move.attempts() == 0 ? Stage.SCHEDULED : Stage.STARTED;
                    case MOVING, UNSURE -> Stage.STARTED;
                    case STUCK, STAYS -> Stage.SCHEDULED;
                    case MOVED, GONE -> Stage.OVER;
                })
                .orElse(unknown);
    }

    private static Stage ofSwitch(HostRunState.Switching state, Announcement told, Stage before) {
        if (state.effect() == null || state.undoing() != null) {
            return before;
        }
        return state.moves().stream().anyMatch(move -> move.vm().equals(told.vm())) ? Stage.STARTED : Stage.OVER;
    }

    /** What was restarted is over when it runs; what was moved was over before. */
    private static Stage ofRestarts(HostRun run, Announcement told) {
        return run.restarts().stream()
                .filter(restart -> restart.vm().equals(told.vm()))
                .findFirst()
                .map(restart -> switch (restart.status()) {
                    case STOPPING, UNSURE, STOPPED, STARTING, LINGERING -> Stage.STARTED;
                    case RUNNING, LEFT -> Stage.OVER;
                })
                .orElse(Stage.OVER);
    }

    /** Between moving and what comes after it, a VM that is on the host still stays there for what is to come. */
    private static Stage staying(HostRun run, Announcement told, Fleet fleet, Stage kept) {
        if (!run.restarts().isEmpty()) {
            return ofRestarts(run, told);
        }
        boolean here = run.preserves()
                && fleet.aliveOn(run.host()).stream().anyMatch(vm -> vm.id().equals(told.vm()));
        return here ? kept : Stage.OVER;
    }
}
