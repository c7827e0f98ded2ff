package dev.evenkeel.server.view;

import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A host. */
public record HostView(
        String id,
        String name,
        String address,
        String region,
        String zone,
        String rack,
        String migrationDomain,
        State state,
        boolean cordoned,
        @Nullable String cordonReason,
        @Nullable String dedicatedTo,
        Instant observedAt,
        String arch,
        String cpuModel,
        int cpus,
        long memoryBytes,
        long freeMemoryBytes,
        Map<String, String> versions,
        int vms,
        @Nullable String run,
        List<String> capabilities) {

    /** What a host is good for now; the first that holds, from the last. */
    public enum State {
        READY,
        IN_MAINTENANCE,
        CORDONED,
        SILENT
    }

    /**
     * @param cordonReason why an operator cordoned it, if one did
     * @param run what works on it, if anything does
     */
    public static HostView of(Host host, Fleet fleet, @Nullable String cordonReason, @Nullable RunId run) {
        return new HostView(
                host.id().value(),
                host.facts().hostname(),
                host.facts().address(),
                host.topology().region(),
                host.topology().zone(),
                host.topology().rack(),
                host.topology().migrationDomain().value(),
                state(host),
                host.cordoned(),
                cordonReason,
                host.dedicatedTo() == null ? null : host.dedicatedTo().value(),
                host.observedAt(),
                host.facts().arch(),
                host.facts().cpuModel(),
                host.facts().cpus(),
                host.facts().memory().value(),
                fleet.freeMemory(host.id()).value(),
                host.facts().versions(),
                fleet.aliveOn(host.id()).size(),
                run == null ? null : run.value(),
                List.copyOf(host.facts().capabilities()));
    }

    private static State state(Host host) {
        if (!host.reachable()) {
            return State.SILENT;
        }
        if (host.cordoned()) {
            return State.CORDONED;
        }
        return host.inMaintenance() ? State.IN_MAINTENANCE : State.READY;
    }
}
