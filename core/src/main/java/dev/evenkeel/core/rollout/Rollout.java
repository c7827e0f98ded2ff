package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.UpdateId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One update × a selection of hosts × a policy.
 *
 * @param back whether the update is taken back from hosts that have it live as a hot patch
 * @param hosts in the order of rings
 * @param waves how many waves have begun
 * @param vmsLost VMs that died in its host runs
 */
public record Rollout(
        RunId id,
        MigrationDomainId shard,
        UpdateId update,
        boolean back,
        RolloutPolicy policy,
        List<HostProgress> hosts,
        RolloutState state,
        int waves,
        int vmsLost,
        Instant orderedAt,
        String by,
        String reason)
        implements Run {
    public Rollout {
        hosts = List.copyOf(hosts);
    }

    /** A rollout about to begin, ring by ring. */
    public static Rollout ordered(
            RunId id,
            MigrationDomainId shard,
            UpdateId update,
            RolloutPolicy policy,
            List<List<HostId>> rings,
            Instant now,
            String by,
            String reason) {
        List<HostProgress> hosts = new ArrayList<>();
        for (int ring = 0; ring < rings.size(); ring++) {
            for (HostId host : rings.get(ring)) {
                hosts.add(HostProgress.pending(host, ring, now));
            }
        }
        return new Rollout(
                id,
                shard,
                update,
                false,
                policy,
                hosts,
                new RolloutState.Rolling(now, null, null),
                0,
                0,
                now,
                by,
                reason);
    }

    /** The same, but taking the update back from hosts that have it live as a hot patch. */
    public Rollout takingBack() {
        return new Rollout(id, shard, update, true, policy, hosts, state, waves, vmsLost, orderedAt, by, reason);
    }

    Rollout with(List<HostProgress> nextHosts, RolloutState nextState, int nextWaves, int nextLost) {
        return new Rollout(
                id, shard, update, back, policy, nextHosts, nextState, nextWaves, nextLost, orderedAt, by, reason);
    }

    Rollout in(RolloutState next) {
        return with(hosts, next, waves, vmsLost);
    }

    /** Hosts whose VMs have felt nothing yet wait while it is paused or halted; where it is cancelled they are told. */
    @Override
    public @Nullable Refusal holdsBack() {
        return switch (state) {
            case RolloutState.Paused p -> p.why();
            case RolloutState.Halted h -> h.why();
            case RolloutState.Cancelling c -> c.why();
            case RolloutState.Rolling r -> null;
            case RolloutState.Ended e -> null;
        };
    }

    @Override
    public SortedMap<HostId, RunId> underWay() {
        TreeMap<HostId, RunId> runs = new TreeMap<>();
        for (HostProgress host : hosts) {
            if (host.underWay() && host.run() != null) {
                runs.put(host.host(), host.run());
            }
        }
        return runs;
    }

    @Override
    public Optional<Instant> due() {
        return state.due();
    }

    @Override
    public boolean ended() {
        return state instanceof RolloutState.Ended;
    }

    @Override
    public String stateName() {
        return state.getClass().getSimpleName();
    }

    @Override
    public boolean needsPerson() {
        return state instanceof RolloutState.Halted;
    }

    @Override
    public Rollout asksPerson(Refusal why, Instant now) {
        return ended() ? this : in(new RolloutState.Halted(why));
    }
}
