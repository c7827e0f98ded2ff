package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Vm;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A VM where it was last seen. */
public record VmView(
        String id,
        String name,
        String tenant,
        @Nullable String availabilitySet,
        String host,
        String state,
        int vcpus,
        long memoryBytes,
        @Nullable Long dirtyRateBytesPerSecond,
        boolean localStorage,
        String vmm,
        boolean onOldVmm,
        boolean aside,
        IntentView intent,
        List<RefusalView> obstacles,
        List<RefusalView> ties) {

    /** What its owner lets happen to it, in the words of the domain's metadata. */
    public record IntentView(long maxPauseMs, String migration, String postCopy, String restart, String onHostFailure) {

        static IntentView of(Intent intent) {
            return new IntentView(
                    intent.maxPause().toMillis(),
                    lower(intent.migration()),
                    intent.postCopy() ? "allowed" : "never",
                    lower(intent.restart()),
                    lower(intent.onHostFailure()));
        }

        private static String lower(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }
    }

    public static VmView of(Vm vm) {
        return new VmView(
                vm.id().value(),
                vm.name(),
                vm.tenant().value(),
                vm.availabilitySet() == null ? null : vm.availabilitySet().value(),
                vm.host().value(),
                vm.state().name(),
                vm.vcpus(),
                vm.memory().value(),
                vm.dirtyRate() == null ? null : vm.dirtyRate().value(),
                vm.hasLocalStorage(),
                vm.vmmVersion(),
                !vm.vmmCurrent(),
                vm.aside(),
                IntentView.of(vm.intent()),
                vm.obstacles().stream().map(RefusalView::of).toList(),
                vm.ties().stream().map(RefusalView::of).toList());
    }
}
