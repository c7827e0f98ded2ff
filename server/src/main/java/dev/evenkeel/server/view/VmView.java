package dev.evenkeel.server.view;

import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Vm;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A VM where it was last seen. */
public record VmView(
        String id,
        String name,
        String tenant,
        @Nullable String availabilitySet,
        SortedMap<String, String> tags,
        @Nullable String host,
        String state,
        int vcpus,
        long memoryBytes,
        @Nullable Long dirtyRateBytesPerSecond,
        boolean localStorage,
        String vmm,
        boolean onOldVmm,
        boolean aside,
        IntentView intent,
        List<SettingView> settings,
        List<ExemptionView> exemptions,
        List<RefusalView> obstacles,
        List<RefusalView> ties,
        List<RefusalView> misread) {

    /**
     * What was said of it through the API, which goes before its metadata.
     *
     * @param set as it counts; an empty availability set is none
     * @param metadata what the metadata says, or its default; null for no availability set
     */
    public record SettingView(
            String name, String set, @Nullable String metadata) {}

    /** What its owner lets happen to it, in the words of the domain's metadata. */
    public record IntentView(
            long maxPauseMs, String migration, String postCopy, String restart, String onHostFailure, long noticeMs) {

        static IntentView of(Intent intent) {
            return new IntentView(
                    intent.maxPause().toMillis(),
                    lower(intent.migration()),
                    intent.postCopy() ? "allowed" : "never",
                    lower(intent.restart()),
                    lower(intent.onHostFailure()),
                    intent.notice().toMillis());
        }

        private static String lower(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT);
        }
    }

    /** @param seen the fleet as its reader sees it; a host that is not in it is not told */
    public static VmView of(Vm vm, List<SettingView> settings, List<Exemption> exemptions, Fleet seen) {
        return new VmView(
                vm.id().value(),
                vm.name(),
                vm.tenant().value(),
                vm.availabilitySet() == null ? null : vm.availabilitySet().value(),
                vm.tags().all(),
                seen.host(vm.host()).isPresent() ? vm.host().value() : null,
                vm.state().name(),
                vm.vcpus(),
                vm.memory().value(),
                vm.dirtyRate() == null ? null : vm.dirtyRate().value(),
                vm.hasLocalStorage(),
                vm.vmmVersion(),
                !vm.vmmCurrent(),
                vm.aside(),
                IntentView.of(vm.intent()),
                settings,
                exemptions.stream().map(ExemptionView::of).toList(),
                vm.obstacles().stream().map(RefusalView::of).toList(),
                vm.ties().stream().map(RefusalView::of).toList(),
                vm.misread().stream().map(RefusalView::of).toList());
    }
}
