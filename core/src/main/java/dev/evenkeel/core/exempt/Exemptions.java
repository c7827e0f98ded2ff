package dev.evenkeel.core.exempt;

import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.UpdateId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All exemptions as they were at one time; whether one holds is asked with the time. Looking a VM up takes no search. */
public final class Exemptions {
    public static final Exemptions NONE = new Exemptions(List.of());

    private final Map<VmId, List<Exemption>> vms = new HashMap<>();
    private final Map<TenantId, List<Exemption>> tenants = new HashMap<>();

    public Exemptions(List<Exemption> all) {
        for (Exemption one : all) {
            switch (one.whom()) {
                case Exempted.OneVm vm -> vms.merge(vm.vm(), List.of(one), Exemptions::both);
                case Exempted.AllOf of -> tenants.merge(of.tenant(), List.of(one), Exemptions::both);
            }
        }
    }

    private static List<Exemption> both(List<Exemption> some, List<Exemption> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /** Those that hold for a VM, the one that ends last first. */
    public List<Exemption> of(Vm vm, Instant now) {
        return Stream.concat(
                        vms.getOrDefault(vm.id(), List.of()).stream(),
                        tenants.getOrDefault(vm.tenant(), List.of()).stream())
                .filter(one -> one.holds(now))
                .sorted(Comparator.comparing(Exemption::until).reversed().thenComparing(Exemption::id))
                .toList();
    }

    /** The one that ends last of those that hold for a VM. @param brings the update that would come to it, or null */
    public Optional<Exemption> of(Vm vm, @Nullable UpdateId brings, Instant now) {
        return of(vm, now).stream().filter(one -> one.isFrom(brings)).findFirst();
    }

    /** Why a VM is not touched now, or null when it may be. @param brings the update that would come to it, or null */
    public @Nullable Refusal refusal(Vm vm, @Nullable UpdateId brings, Instant now) {
        return of(vm, brings, now).map(one -> one.refusal(vm)).orElse(null);
    }
}
