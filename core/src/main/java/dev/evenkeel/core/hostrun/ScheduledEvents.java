package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.notice.ScheduledEvent;
import java.util.List;
import java.util.Optional;

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
        return run.announcements().stream()
                .flatMap(told -> of(run, told, stage(run, run.state(), told, fleet)).stream())
                .toList();
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
                told.name() + ": " + run.purpose().phrase() + " of its host",
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
