package dev.evenkeel.server.window;

import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.Rollout;
import java.util.List;
import java.util.function.Predicate;

/**
 * A rollout that still has hosts of somebody's VMs ahead of it.
 *
 * @param hosts how many
 * @param vms how many of the VMs are on them now
 */
public record Waiting(Rollout rollout, int hosts, int vms) {
    /** More rollouts than these are not under way at once. */
    private static final int MOST = 500;

    /** Those that wait for hosts that carry at least one of these VMs, newest first. */
    public static List<Waiting> forVms(RunStore store, Fleet fleet, Predicate<Vm> concerned) {
        return underWay(store).stream()
                .map(rollout -> {
                    List<Long> counts = rollout.hosts().stream()
                            .filter(Waiting::ahead)
                            .map(host -> fleet.aliveOn(host.host()).stream()
                                    .filter(concerned)
                                    .count())
                            .filter(count -> count > 0)
                            .toList();
                    return new Waiting(
                            rollout,
                            counts.size(),
                            counts.stream().mapToInt(Long::intValue).sum());
                })
                .filter(waiting -> waiting.vms() > 0)
                .toList();
    }

    /** Those that wait for this host, newest first. */
    public static List<Waiting> forHost(RunStore store, Fleet fleet, HostId host) {
        return underWay(store).stream()
                .filter(rollout -> rollout.hosts().stream()
                        .anyMatch(progress -> ahead(progress) && progress.host().equals(host)))
                .map(rollout -> new Waiting(rollout, 1, fleet.aliveOn(host).size()))
                .toList();
    }

    private static List<Rollout> underWay(RunStore store) {
        return store.runs(new RunQuery("Rollout", true, null, MOST)).stream()
                .map(stored -> (Rollout) stored.run())
                .toList();
    }

    private static boolean ahead(HostProgress host) {
        return switch (host.status()) {
            case PENDING, OFFERED -> true;
            case RUNNING, DONE, ALREADY, SKIPPED, FAILED, CANCELLED -> false;
        };
    }
}
