package dev.evenkeel.server.api;

import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.server.http.Checks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns the policy of an order into core's, with core's defaults for what is left out. */
final class Policies {
    private Policies() {}

    static RolloutPolicy of(Bodies.@Nullable Policy given, Checks checks) {
        if (given == null) {
            return RolloutPolicy.DEFAULT;
        }
        try {
            RolloutPolicy d = RolloutPolicy.DEFAULT;
            return new RolloutPolicy(
                    or(given.maxParallelHosts(), d.maxParallelHosts()),
                    or(given.maxPerRack(), d.maxPerRack()),
                    or(given.maxFailedHosts(), d.maxFailedHosts()),
                    or(given.gatePatienceMs(), d.gatePatience()),
                    run(given));
        } catch (IllegalArgumentException e) {
            checks.wrong("policy", given.toString(), String.valueOf(e.getMessage()));
            return RolloutPolicy.DEFAULT;
        }
    }

    private static RunPolicy run(Bodies.Policy given) {
        RunPolicy d = RunPolicy.DEFAULT;
        return new RunPolicy(
                or(given.parallelMoves(), d.parallelMoves()),
                or(given.moveAttempts(), d.moveAttempts()),
                or(given.reserveMs(), d.reserve()),
                or(given.drainMs(), d.drain()),
                or(given.moveMs(), d.move()),
                or(given.changeMs(), d.change()),
                or(given.stopMs(), d.stop()),
                given.leastNoticeMs() == null ? d.leastNotice() : Duration.ofMillis(given.leastNoticeMs()),
                or(given.selfServiceMs(), d.selfService()));
    }

    private static int or(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }

    private static Duration or(@Nullable Long millis, Duration usual) {
        return millis == null ? usual : Duration.ofMillis(millis);
    }
}
