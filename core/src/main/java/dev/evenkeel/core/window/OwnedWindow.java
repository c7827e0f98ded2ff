package dev.evenkeel.core.window;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import org.jspecify.annotations.Nullable;

/**
 * A configuration and whose it is.
 *
 * @param tenant whose VMs alone it can be about; null is the region's own, which can be about all
 */
public record OwnedWindow(WindowId id, @Nullable TenantId tenant, MaintenanceConfiguration configuration) {
    /** Whether its owner may say anything about this VM. */
    public boolean mayGovern(Vm vm) {
        return tenant == null || tenant.equals(vm.tenant());
    }
}
