package dev.evenkeel.agent.migrate;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.DomainDescription;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.impact.MigrationForecast;
import dev.evenkeel.core.impact.MigrationLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The answer to whether a move may begin: granted with all that it needs, or refused with all that speaks against it.
 *
 * @param granted null when there are refusals
 */
record Clearance(List<Refusal> refusals, @Nullable Granted granted) {
    Clearance {
        refusals = List.copyOf(refusals);
    }

    /** What is known once nothing speaks against the move. */
    record Granted(StoragePlan storage, MigrationLoad load, MigrationForecast forecast, boolean paused) {}

    private static Clearance refused(List<Refusal> refusals) {
        return new Clearance(refusals, null);
    }

    /** Looks at both ends and foresees the move. Touches nothing. */
    static Clearance ask(
            MigrationRequest request, UUID vm, Ends ends, LoadProbe loads, Predicate<String> sharedStorage) {
        try (Domain domain = ends.source().domain(vm).orElse(null)) {
            if (domain == null) {
                return refused(List.of(Refusal.of(
                        "NOT_HERE",
                        "this host has no such VM",
                        Map.of("vm", request.vm().value()))));
            }
            return ask(request, domain, ends, loads, sharedStorage);
        } catch (LibvirtException e) {
            return refused(List.of(Failures.daemonTrouble(request.vm(), e)));
        }
    }

    private static Clearance ask(
            MigrationRequest request, Domain domain, Ends ends, LoadProbe loads, Predicate<String> sharedStorage) {
        DomainDescription vm = DomainDescription.parse(domain.xml());
        List<Refusal> refusals = new ArrayList<>(Preflight.atSource(vm, domain, request.said()));
        // The measurement goes on while the destination is looked at.
        LoadProbe.Pending measurement = refusals.isEmpty() ? loads.begin(domain, vm) : null;
        Connection destination;
        try {
            destination = ends.destination();
        } catch (LibvirtException e) {
            refusals.add(Failures.unreachable(request.vm(), request.destinationUri(), e));
            return refused(refusals);
        }
        refusals.addAll(Preflight.atDestination(vm, ends.source(), destination));
        StoragePlan.Outcome storage = StoragePlan.of(vm, domain, destination, sharedStorage);
        refusals.addAll(storage.refusals());
        if (measurement == null || !refusals.isEmpty()) {
            return refused(refusals);
        }
        MigrationLoad load = measurement.load(storage.plan().content());
        MigrationForecast forecast = MigrationForecast.of(load, request.model(), request.limits());
        Optional<Refusal> refusal = forecast.refusal(load, request.limits());
        return refusal.isPresent()
                ? refused(List.of(refusal.get().with("vm", request.vm().value())))
                : new Clearance(
                        List.of(),
                        new Granted(
                                storage.plan(), load, forecast, domain.state().isPaused()));
    }
}
