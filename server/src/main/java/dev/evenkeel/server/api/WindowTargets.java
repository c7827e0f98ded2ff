package dev.evenkeel.server.api;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.window.WindowTarget;
import dev.evenkeel.server.http.Checks;
import dev.evenkeel.server.http.Problem;
import dev.evenkeel.server.http.ProblemException;
import dev.evenkeel.store.WindowRecord;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What an order assigns a window to; everything that is wrong with it is said at once. */
final class WindowTargets {
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,200}");

    private WindowTargets() {}

    /** @param fleet as far as the caller sees it: of the rest nothing can be assigned */
    static WindowTarget of(Bodies.AssignmentOrder order, WindowRecord window, Fleet fleet) {
        long said = Stream.of(order.vm(), order.host(), order.filter())
                .filter(Objects::nonNull)
                .count();
        if (said != 1) {
            throw Problem.Kind.INVALID.because(
                    "Say what it is assigned to: give one of vm, host and filter, and not more.");
        }
        if (order.vm() != null) {
            return vm(order.vm(), window, fleet);
        }
        return order.host() != null
                ? host(order.host(), window, fleet)
                : filter(Objects.requireNonNull(order.filter()), window);
    }

    private static WindowTarget vm(String named, WindowRecord window, Fleet fleet) {
        Vm vm;
        try {
            vm = Lookup.vm(fleet, named);
        } catch (ProblemException e) {
            throw Problem.invalid("vm", named, e.problem().detail());
        }
        if (window.tenant() != null && !window.tenant().equals(vm.tenant())) {
            throw Problem.invalid("vm", named, "the window is of tenant " + window.tenant() + "; give one of its VMs");
        }
        return new WindowTarget.OneVm(vm.id());
    }

    private static WindowTarget host(String named, WindowRecord window, Fleet fleet) {
        Host host = fleet.hosts().values().stream()
                .filter(one -> one.id().value().equals(named))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("host", named, "give the id of a host; GET /v1/hosts lists them"));
        if (window.tenant() != null
                && host.dedicatedTo() != null
                && !window.tenant().equals(host.dedicatedTo())) {
            throw Problem.invalid(
                    "host", named, "the window is of tenant " + window.tenant() + "; give a host that is its own");
        }
        return new WindowTarget.OneHost(host.id());
    }

    private static WindowTarget filter(Bodies.WindowFilter filter, WindowRecord window) {
        Checks checks = new Checks();
        TenantId tenant = checks.parsed("filter.tenant", filter.tenant(), TenantId::new);
        AvailabilitySetId set =
                checks.parsed("filter.availabilitySet", filter.availabilitySet(), AvailabilitySetId::new);
        checks.wrongUnless(
                tenant == null || window.tenant() == null || tenant.equals(window.tenant()),
                "filter.tenant",
                filter.tenant(),
                "leave it out: the window is of tenant " + window.tenant() + ", and counts for its VMs alone");
        checks.wrongUnless(
                filter.name() == null || NAME.matcher(filter.name()).matches(),
                "filter.name",
                filter.name(),
                "give a VM's name, in which * stands for any characters and ? for one");
        Tags tags = checks.parsed("filter.tags", filter.tags(), Tags::of);
        checks.wrongUnless(
                Stream.of(filter.tenant(), filter.availabilitySet(), filter.name())
                                .anyMatch(Objects::nonNull)
                        || (filter.tags() != null && !filter.tags().isEmpty()),
                "filter",
                "{}",
                "say at least one of tenant, availabilitySet, name and tags; for all VMs say the name *");
        checks.done();
        return new WindowTarget.Matching(tenant, set, filter.name(), tags == null ? Tags.NONE : tags);
    }
}
