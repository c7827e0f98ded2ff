package dev.evenkeel.cli.command;

import dev.evenkeel.cli.client.Json;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** How careful and how patient a rollout is; what is left out has the server's default. */
final class PolicyOptions {
    @Option(names = "--max-parallel-hosts", paramLabel = "N", description = "Hosts in one wave (default 1).")
    @Nullable
    Integer maxParallelHosts;

    @Option(
            names = "--max-per-rack",
            paramLabel = "N",
            description = "Hosts of one rack disturbed at once, over all rollouts (default 1).")
    @Nullable
    Integer maxPerRack;

    @Option(
            names = "--max-failed-hosts",
            paramLabel = "N",
            description = "How many hosts may fail before the rollout halts (default 0).")
    @Nullable
    Integer maxFailedHosts;

    @Option(names = "--parallel-moves", paramLabel = "N", description = "VMs moved off one host at once (default 2).")
    @Nullable
    Integer parallelMoves;

    @Option(names = "--move-attempts", paramLabel = "N", description = "Tries before a VM counts as stuck (default 3).")
    @Nullable
    Integer moveAttempts;

    @Option(
            names = "--gate-patience",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long a gate waits for fresh data before the rollout halts (default 5m).")
    @Nullable
    Duration gatePatience;

    @Option(
            names = "--reserve-limit",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long a host waits for its budgets (default 1h).")
    @Nullable
    Duration reserveLimit;

    @Option(
            names = "--drain-limit",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long emptying a host may take (default 2h).")
    @Nullable
    Duration drainLimit;

    @Option(
            names = "--move-limit",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long one move may take (default 20m).")
    @Nullable
    Duration moveLimit;

    @Option(
            names = "--change-limit",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long applying, verifying and undoing may each take (default 30m).")
    @Nullable
    Duration changeLimit;

    @Option(
            names = "--stop-limit",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long a guest may take to shut down where its owner lets it be restarted (default 5m).")
    @Nullable
    Duration stopLimit;

    @Option(
            names = "--least-notice",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long a VM that wants notice is told before at least (default 15m).")
    @Nullable
    Duration leastNotice;

    @Option(
            names = "--self-service-window",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "How long owners may choose when a VM is restarted that can be treated in no gentler way"
                    + " (default 28d).")
    @Nullable
    Duration selfService;

    /** What was given on the command line, as the API's policy. */
    ObjectNode chosen() {
        ObjectNode policy = Json.object();
        put(policy, "maxParallelHosts", maxParallelHosts);
        put(policy, "maxPerRack", maxPerRack);
        put(policy, "maxFailedHosts", maxFailedHosts);
        put(policy, "gatePatienceMs", gatePatience);
        put(policy, "parallelMoves", parallelMoves);
        put(policy, "moveAttempts", moveAttempts);
        put(policy, "reserveMs", reserveLimit);
        put(policy, "drainMs", drainLimit);
        put(policy, "moveMs", moveLimit);
        put(policy, "changeMs", changeLimit);
        put(policy, "stopMs", stopLimit);
        put(policy, "leastNoticeMs", leastNotice);
        put(policy, "selfServiceMs", selfService);
        return policy;
    }

    private static void put(ObjectNode policy, String name, @Nullable Integer value) {
        if (value != null) {
            policy.put(name, value);
        }
    }

    private static void put(ObjectNode policy, String name, @Nullable Duration value) {
        if (value != null) {
            policy.put(name, value.toMillis());
        }
    }
}
