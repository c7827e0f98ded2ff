package dev.evenkeel.core.exempt;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;

/** Whose VMs an exemption is for. */
public sealed interface Exempted {
    /** One VM, wherever it is. */
    record OneVm(VmId vm) implements Exempted {}

    /** All VMs that are this tenant's when it is looked at. */
    record AllOf(TenantId tenant) implements Exempted {}

    /** Whether a VM is meant. */
    default boolean takes(Vm vm) {
        return switch (this) {
            case OneVm one -> one.vm().equals(vm.id());
            case AllOf all -> all.tenant().equals(vm.tenant());
        };
    }
}
