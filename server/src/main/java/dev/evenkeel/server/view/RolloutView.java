package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rollout. */
public record RolloutView(
        String id,
        String update,
        boolean back,
        String state,
        boolean needsPerson,
        boolean ended,
        @Nullable String outcome,
        @Nullable RefusalView why,
        PolicyView policy,
        List<RolloutHostView> hosts,
        int waves,
        int vmsLost,
        Instant orderedAt,
        String orderedBy,
        String reason,
        @Nullable Instant endedAt) {

    /** One host within a rollout. */
    public record RolloutHostView(
            String host,
            int ring,
            String status,
            @Nullable String run,
            @Nullable RefusalView why,
            Instant at) {

        static RolloutHostView of(HostProgress progress) {
            return new RolloutHostView(
                    progress.host().value(),
                    progress.ring(),
                    progress.status().name(),
                    progress.run() == null ? null : progress.run().value(),
                    RefusalView.orNull(progress.why()),
                    progress.at());
        }
    }

    /** The same for a tenant whose VMs it concerns: neither its hosts, nor what befell others, nor what people said. */
    public RolloutView forOwner() {
        return new RolloutView(
                id, update, back, state, false, ended, outcome, null, policy, List.of(), 0, 0, orderedAt, "", "",
                endedAt);
    }

    public static RolloutView of(Rollout rollout) {
        RolloutState.Ended end = rollout.state() instanceof RolloutState.Ended e ? e : null;
        return new RolloutView(
                rollout.id().value(),
                rollout.update().value(),
                rollout.back(),
                rollout.stateName(),
                rollout.needsPerson(),
                rollout.ended(),
                end == null ? null : end.outcome().name(),
                RefusalView.orNull(why(rollout.state())),
                PolicyView.of(rollout.policy()),
                rollout.hosts().stream().map(RolloutHostView::of).toList(),
                rollout.waves(),
                rollout.vmsLost(),
                rollout.orderedAt(),
                rollout.by(),
                rollout.reason(),
                end == null ? null : end.at());
    }

    private static @Nullable Refusal why(RolloutState state) {
        return switch (state) {
            case RolloutState.Rolling r -> r.waitingFor();
            case RolloutState.Paused p -> p.why();
            case RolloutState.Halted h -> h.why();
            case RolloutState.Cancelling c -> c.why();
            case RolloutState.Ended e -> e.why();
        };
    }
}
