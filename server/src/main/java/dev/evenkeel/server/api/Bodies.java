package dev.evenkeel.server.api;

import dev.evenkeel.server.http.Reasoned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The bodies of orders, as openapi.yaml has them. What is left out is null. */
public final class Bodies {
    private Bodies() {}

    /** Why something is ordered. */
    public record Reason(@Nullable String reason) implements Reasoned {}

    /** @param dedicatedTo the tenant whose host it is from now on; empty for everybody's */
    public record HostChange(
            @Nullable String dedicatedTo, @Nullable String reason) implements Reasoned {}

    /** Moves one VM. */
    public record MigrateOrder(
            @Nullable String target, @Nullable String reason) implements Reasoned {}

    /** Says something of a VM beside its metadata; {@code reset} names what is not said any more. */
    public record VmChange(
            @Nullable String tenant,
            @Nullable String availabilitySet,
            @Nullable String maxPause,
            @Nullable String migration,
            @Nullable String postCopy,
            @Nullable String restart,
            @Nullable String onHostFailure,
            @Nullable String notice,
            @Nullable Map<String, String> tags,
            @Nullable List<String> reset,
            @Nullable String reason)
            implements Reasoned {}

    /** Asks for a plan. */
    public record PlanOrder(
            @Nullable String update,
            @Nullable List<String> hosts,
            @Nullable Selector selector) {}

    /** Chooses hosts; all that is given must hold. */
    public record Selector(
            @Nullable String region,
            @Nullable String zone,
            @Nullable String rack,
            @Nullable String migrationDomain) {}

    /** Starts a rollout. */
    public record RolloutOrder(
            @Nullable String update,
            @Nullable Boolean back,
            @Nullable List<String> hosts,
            @Nullable List<List<String>> rings,
            @Nullable Selector selector,
            @Nullable Policy policy,
            @Nullable String reason)
            implements Reasoned {}

    /** How a rollout goes about it. */
    public record Policy(
            @Nullable Integer maxParallelHosts,
            @Nullable Integer maxPerRack,
            @Nullable Integer maxFailedHosts,
            @Nullable Long gatePatienceMs,
            @Nullable Integer parallelMoves,
            @Nullable Integer moveAttempts,
            @Nullable Long reserveMs,
            @Nullable Long drainMs,
            @Nullable Long moveMs,
            @Nullable Long changeMs,
            @Nullable Long stopMs,
            @Nullable Long leastNoticeMs,
            @Nullable Long selfServiceMs) {}

    /** When an owner lets its VM be restarted. */
    public record Choice(@Nullable Instant at, @Nullable String reason) implements Reasoned {}

    /** Closes a run that waits for a person. */
    public record Resolution(@Nullable String as, @Nullable String reason) implements Reasoned {}

    /** What somebody outside measured of a VM. */
    public record ObservationReport(
            @Nullable String vm,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Long gapMs,
            @Nullable Long normalGapMs,
            @Nullable Long stopMs,
            @Nullable Boolean restarted) {}

    /** Makes a token for somebody. */
    public record TokenOrder(
            @Nullable String name,
            @Nullable String role,
            @Nullable List<String> tenants,
            @Nullable String ttl) {}

    /** Makes a webhook. */
    public record WebhookOrder(
            @Nullable String url,
            @Nullable List<String> types,
            @Nullable String tenant,
            @Nullable String secret,
            @Nullable Boolean enabled,
            @Nullable String reason)
            implements Reasoned {}

    /** Enables or disables a webhook. */
    public record WebhookChange(
            @Nullable Boolean enabled, @Nullable String reason) implements Reasoned {}

    /** Replays one delivery, all since a time, or with neither those that are dead. */
    public record ReplayOrder(
            @Nullable String delivery,
            @Nullable Instant since,
            @Nullable String reason) implements Reasoned {}

    /** Makes a join token. */
    public record JoinTokenOrder(
            @Nullable String host, @Nullable String ttl) {}

    /** Keeps VMs from maintenance; one of the first two is given. */
    public record ExemptionOrder(
            @Nullable String vm,
            @Nullable String tenant,
            @Nullable String update,
            @Nullable Instant until,
            @Nullable String reason)
            implements Reasoned {}

    /** Makes a maintenance configuration. */
    public record WindowOrder(
            @Nullable String name,
            @Nullable String tenant,
            @Nullable String maintenanceScope,
            @Nullable String startDateTime,
            @Nullable String expirationDateTime,
            @Nullable String duration,
            @Nullable String timeZone,
            @Nullable String recurEvery,
            @Nullable String reason)
            implements Reasoned {}

    /** Assigns a maintenance configuration; one of the first three is given. */
    public record AssignmentOrder(
            @Nullable String vm,
            @Nullable String host,
            @Nullable WindowFilter filter,
            @Nullable String reason) implements Reasoned {}

    /** Which VMs are meant; all that is given must hold. */
    public record WindowFilter(
            @Nullable String tenant,
            @Nullable String availabilitySet,
            @Nullable String name,
            @Nullable Map<String, String> tags) {}
}
