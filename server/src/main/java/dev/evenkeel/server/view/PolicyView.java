package dev.evenkeel.server.view;

import dev.evenkeel.core.rollout.RolloutPolicy;
import org.jspecify.annotations.Nullable;

/** The policy that a rollout follows. */
public record PolicyView(
        int maxParallelHosts,
        int maxPerRack,
        int maxFailedHosts,
        long gatePatienceMs,
        int parallelMoves,
        int moveAttempts,
        long reserveMs,
        long drainMs,
        long moveMs,
        long changeMs,
        long stopMs,
        @Nullable Long leastNoticeMs,
        long selfServiceMs) {

    static PolicyView of(RolloutPolicy policy) {
        return new PolicyView(
                policy.maxParallelHosts(),
                policy.maxPerRack(),
                policy.maxFailedHosts(),
                policy.gatePatience().toMillis(),
                policy.run().parallelMoves(),
                policy.run().moveAttempts(),
                policy.run().reserve().toMillis(),
                policy.run().drain().toMillis(),
                policy.run().move().toMillis(),
                policy.run().change().toMillis(),
                policy.run().stop().toMillis(),
                Millis.of(policy.run().leastNotice()),
                policy.run().selfService().toMillis());
    }
}
