package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A host run. */
public record RunView(
        String id,
        String host,
        @Nullable String rollout,
        String purpose,
        @Nullable String update,
        @Nullable String method,
        String state,
        boolean needsPerson,
        boolean ended,
        @Nullable String outcome,
        Instant since,
        @Nullable Instant deadline,
        Instant orderedAt,
        String orderedBy,
        @Nullable String reason,
        @Nullable Instant endedAt,
        @Nullable RefusalView why,
        int vmsMoved,
        int vmsRestarted,
        int vmsLost,
        List<MoveView> moves,
        List<EffectView> effects) {

    /**
     * The run with what is known besides: its moves also after the drain, its effects, and when it last changed.
     *
     * @param heldBack why its rollout lets it not begin, or null
     */
    public static RunView of(
            HostRun run, Instant since, @Nullable Refusal heldBack, List<MoveView> moves, List<EffectView> effects) {
        Purpose.UpdateHost update = run.purpose() instanceof Purpose.UpdateHost u ? u : null;
        HostRunState.Ended end = run.state() instanceof HostRunState.Ended e ? e : null;
        return new RunView(
                run.id().value(),
                run.host().value(),
                run.rollout() == null ? null : run.rollout().value(),
                switch (run.purpose()) {
                    case Purpose.UpdateHost u -> u.back() ? "TAKE_BACK" : "UPDATE";
                    case Purpose.Evacuate e -> "EVACUATE";
                    case Purpose.MoveOne m -> "MOVE";
                    case Purpose.Redeploy r -> "REDEPLOY";
                },
                update == null ? null : update.update().value(),
                update != null
                        ? update.method().name()
                        : run.purpose() instanceof Purpose.Redeploy ? "REBOOT" : "MIGRATE",
                run.stateName(),
                run.needsPerson(),
                run.ended(),
                end == null ? null : end.outcome().name(),
                since,
                deadline(run.state()),
                run.orderedAt(),
                run.by(),
                run.reason(),
                end == null ? null : end.at(),
                RefusalView.orNull(why(run.state(), heldBack)),
                run.moved(),
                (int) moves.stream().filter(m -> m.status().equals("RESTARTED")).count(),
                run.vmsLost(),
                moves,
                effects);
    }

    private static @Nullable Instant deadline(HostRunState state) {
        return switch (state) {
            case HostRunState.Reserving r -> r.limit();
            case HostRunState.Announcing a -> null;
            case HostRunState.Offering o -> null;
            case HostRunState.Draining d -> d.limit();
            case HostRunState.Stopping s -> s.limit();
            case HostRunState.Starting s -> s.limit();
            case HostRunState.Applying a -> a.limit();
            case HostRunState.HandingOver h -> h.limit();
            case HostRunState.Switching s -> s.limit();
            case HostRunState.Verifying v -> v.limit();
            case HostRunState.Undoing u -> u.limit();
            case HostRunState.NeedsPerson n -> null;
            case HostRunState.Ended e -> null;
        };
    }

    private static @Nullable Refusal why(HostRunState state, @Nullable Refusal heldBack) {
        return switch (state) {
            case HostRunState.Reserving r -> heldBack;
            case HostRunState.Announcing a -> heldBack;
            case HostRunState.Offering o -> heldBack;
            case HostRunState.Draining d -> d.stopping();
            case HostRunState.Stopping s -> s.giveUp();
            case HostRunState.Starting s -> s.why();
            case HostRunState.Applying a -> a.cancel();
            case HostRunState.Switching s -> s.cancel() != null ? s.cancel() : s.undoing();
            case HostRunState.HandingOver h -> h.stopping() != null ? h.stopping() : h.undoing();
            case HostRunState.Verifying v -> v.cancel();
            case HostRunState.Undoing u -> u.why();
            case HostRunState.NeedsPerson n -> n.why();
            case HostRunState.Ended e -> e.why();
        };
    }
}
