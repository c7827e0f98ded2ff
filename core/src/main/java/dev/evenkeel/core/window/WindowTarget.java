package dev.evenkeel.core.window;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import org.jspecify.annotations.Nullable;

/** What a configuration is assigned to. */
public sealed interface WindowTarget {
    /** One VM, wherever it is. */
    record OneVm(VmId vm) implements WindowTarget {}

    /** One host, and the VMs that are on it at the time; meant for hosts that are dedicated to one owner. */
    record OneHost(HostId host) implements WindowTarget {}

    /**
     * All VMs of which everything that is said here holds, those to come too.
     *
     * @param name the whole name, in which {@code *} stands for any characters and {@code ?} for one
     * @param tags which it has, among others
     */
    record Matching(
            @Nullable TenantId tenant,
            @Nullable AvailabilitySetId availabilitySet,
            @Nullable String name,
            Tags tags) implements WindowTarget {
        public Matching {
            if (tenant == null && availabilitySet == null && name == null && tags.none()) {
                throw new IllegalArgumentException("a filter says at least one thing; for all VMs it says the name *");
            }
        }

        public boolean takes(Vm vm) {
            return (tenant == null || tenant.equals(vm.tenant()))
                    && (availabilitySet == null || availabilitySet.equals(vm.availabilitySet()))
                    && (name == null || fits(name, vm.name()))
                    && vm.tags().contain(tags);
        }

        /** Goes through both once; at a misfit the last star takes one more character. */
        private static boolean fits(String pattern, String text) {
            int at = 0;
            int star = -1;
            int behindStar = 0;
            for (int i = 0; i < text.length(); ) {
                if (at < pattern.length() && pattern.charAt(at) == '*') {
                    star = at++;
                    behindStar = i;
                } else if (at < pattern.length()
                        && (pattern.charAt(at) == '?' || pattern.charAt(at) == text.charAt(i))) {
                    at++;
                    i++;
                } else if (star >= 0) {
                    at = star + 1;
                    i = ++behindStar;
                } else {
                    return false;
                }
            }
            while (at < pattern.length() && pattern.charAt(at) == '*') {
                at++;
            }
            return at == pattern.length();
        }
    }
}
