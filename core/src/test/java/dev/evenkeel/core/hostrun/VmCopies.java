package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A VM that is like another but for what a test changes. */
final class VmCopies {
    private VmCopies() {}

    static @Nullable String set(Vm vm) {
        return vm.availabilitySet() == null ? null : vm.availabilitySet().value();
    }

    static Vm copy(
            Vm vm,
            HostId host,
            VmState state,
            Bytes memory,
            int vcpus,
            Intent intent,
            @Nullable String set,
            List<Refusal> obstacles) {
        return new Vm(
                vm.id(),
                vm.name(),
                vm.tenant(),
                host,
                state,
                memory,
                vcpus,
                set == null ? null : new AvailabilitySetId(set),
                intent,
                vm.vmmVersion(),
                obstacles,
                vm.dirtyRate(),
                vm.hasLocalStorage(),
                vm.vmmCurrent(),
                vm.aside(),
                vm.ties());
    }

    static Vm copy(Vm vm, boolean current, boolean aside, List<Refusal> ties) {
        return new Vm(
                vm.id(),
                vm.name(),
                vm.tenant(),
                vm.host(),
                vm.state(),
                vm.memory(),
                vm.vcpus(),
                vm.availabilitySet(),
                vm.intent(),
                vm.vmmVersion(),
                vm.obstacles(),
                vm.dirtyRate(),
                vm.hasLocalStorage(),
                current,
                aside,
                ties);
    }
}
