package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * In the scheduled phase, where no owner on a host has chosen, the hosts of a rollout are done fault domain by fault domain:
 * a rack waits while a host of another rack is worked on, and lets those of racks before it go first whose time has come.
 * It is looked up whenever a run looks; runs of one rollout look one after the other, so no two begin past each other.
 */
final class Turns {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private static final Comparator<Topology> DOMAINS =
            Comparator.comparing(Topology::region).thenComparing(Topology::zone).thenComparing(Topology::rack);

    private Turns() {}

    /** The step that waits for the turn of the host's fault domain; nothing where it has come, or none is waited for. */
    static Optional<Step> before(HostRun run, Host host, World world) {
        if (!isScheduled(run) || run.rollout() == null || !othersGoFirst(run, host, world)) {
            return Optional.empty();
        }
        Instant lookAt = world.now().plus(LOOK_AGAIN);
        return Optional.of(new Step.Builder()
                .to(run.in(new HostRunState.Reserving(
                        lookAt, lookAt.plus(run.policy().reserve())))));
    }

    /** Whether it is done for owners of whom none has chosen. */
    private static boolean isScheduled(HostRun run) {
        return !run.offers().isEmpty() && run.offers().stream().allMatch(offer -> offer.startAt() == null);
    }

    private static boolean othersGoFirst(HostRun run, Host host, World world) {
        SortedMap<HostId, RunId> runs = world.underWay(run.rollout());
        return runs.keySet().stream()
                .flatMap(id -> world.fleet().host(id).stream())
                .filter(other -> DOMAINS.compare(other.topology(), host.topology()) != 0)
                .sorted(Comparator.comparing(Host::topology, DOMAINS).thenComparing(Host::id))
                .anyMatch(other -> goesFirst(runs.get(other.id()), other, host, world));
    }

    private static boolean goesFirst(@Nullable RunId id, Host other, Host host, World world) {
        Run found = id == null ? null : world.runs().apply(id);
        if (!(found instanceof HostRun theirs) || theirs.offers().isEmpty()) {
            return false;
        }
        boolean before = DOMAINS.compare(other.topology(), host.topology()) < 0;
        return hasBegun(theirs.state()) || before && isReady(theirs, other, world);
    }

    /** Also while a person is asked: what becomes of the host is not known, and another rack is not to follow it. */
    private static boolean hasBegun(HostRunState state) {
        return switch (state) {
            case HostRunState.Reserving r -> false;
            case HostRunState.Offering o -> false;
            case HostRunState.Announcing a -> false;
            case HostRunState.Ended e -> false;
            case HostRunState.NeedsPerson p -> hasBegun(p.resume());
            default -> true;
        };
    }

    /** Whether nothing is waited for on that host but its turn or a budget, for which it waits so long and no longer. */
    private static boolean isReady(HostRun run, Host host, World world) {
        return host.reachable()
                && !run.needsPerson()
                && isScheduled(run)
                && Offering.isOver(run, world)
                && run.announcements().stream().noneMatch(told -> told.waits(world.now()));
    }
}
