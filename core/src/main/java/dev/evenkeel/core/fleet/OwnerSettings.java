package dev.evenkeel.core.fleet;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was said of a VM beside its metadata, by its owner or an operator. Each that is not null goes before what the metadata
 * says.
 *
 * @param availabilitySet its name; empty for none
 * @param tags all of them
 */
public record OwnerSettings(
        @Nullable TenantId tenant,
        @Nullable String availabilitySet,
        @Nullable Duration maxPause,
        Intent.@Nullable Migration migration,
        @Nullable Boolean postCopy,
        Intent.@Nullable Restart restart,
        Intent.@Nullable OnHostFailure onHostFailure,
        @Nullable Duration notice,
        @Nullable Tags tags) {
    /** Nothing was said. */
    public static final OwnerSettings NONE = new OwnerSettings(null, null, null, null, null, null, null, null, null);

    /** The VM as it counts, from the VM as its metadata has it. */
    public Vm over(Vm vm) {
        if (equals(NONE)) {
            return vm;
        }
        return vm.owned(or(tenant, vm.tenant()), set(vm), over(vm.intent()), or(tags, vm.tags()));
    }

    /** The wishes as they count, from those of the metadata. */
    public Intent over(Intent said) {
        return new Intent(
                or(maxPause, said.maxPause()),
                or(migration, said.migration()),
                or(postCopy, said.postCopy()),
                or(restart, said.restart()),
                or(onHostFailure, said.onHostFailure()),
                or(notice, said.notice()));
    }

    private @Nullable AvailabilitySetId set(Vm vm) {
        if (availabilitySet == null) {
            return vm.availabilitySet();
        }
        return availabilitySet.isEmpty() ? null : new AvailabilitySetId(availabilitySet);
    }

    private static <T> T or(@Nullable T set, T said) {
        return set == null ? said : set;
    }
}
