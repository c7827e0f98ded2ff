package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.core.update.Payload;
import dev.evenkeel.core.update.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The rung of the ladder that no VM feels: whether a host can take an update's hot patches. */
public final class HotPatching {
    /** The capability of a host whose kernel takes livepatches, and whose agent may load them. */
    public static final String LIVEPATCH = "livepatch";

    /** The capability of a host whose agent can change classes of running Java virtual machines. */
    public static final String JVM_PATCH = "jvm-patch";

    /** The capability of a host whose agent can change functions of running processes. */
    public static final String NATIVE_PATCH = "native-patch";

    /** How long a transition takes on a host that is not busy. */
    private static final Duration TOTAL = Duration.ofSeconds(5);

    private static final Map<PatchFile.Kind, String> CAPABILITY = Map.of(
            PatchFile.Kind.LIVEPATCH, LIVEPATCH,
            PatchFile.Kind.JVM, JVM_PATCH,
            PatchFile.Kind.NATIVE, NATIVE_PATCH);

    private HotPatching() {}

    static List<Refusal> refusals(Update update, Host host, Fleet fleet, List<VmForecast> forecasts) {
        List<Refusal> refusals = new ArrayList<>();
        List<PatchFile> here = update.patchesFor(host.facts().versions());
        if (here.isEmpty()) {
            List<String> targets = update.payload(Method.HOT_PATCH).map(Payload::patches).orElse(List.of()).stream()
                    .map(PatchFile::target)
                    .distinct()
                    .toList();
            String runs = host.facts().versions().getOrDefault("kernel", "an unknown kernel");
            refusals.add(Refusal.of(
                    "NO_PATCH_FOR_BUILD",
                    "host " + host.id() + " runs " + runs + ", the update's hot patches are for "
                            + String.join(", ", targets),
                    Map.of("runs", runs, "targets", String.join(" ", targets))));
        }
        for (PatchFile.Kind kind : PatchFile.Kind.values()) {
            String needs = CAPABILITY.getOrDefault(kind, "");
            if (here.stream().anyMatch(patch -> patch.kind() == kind)
                    && !host.facts().capabilities().contains(needs)) {
                refusals.add(Refusal.of(
                        "NO_MECHANISM",
                        "host " + host.id() + " takes no hot patch of kind " + kind + ": " + remedy(kind),
                        Map.of("capability", needs)));
            }
        }
        for (Vm vm : fleet.aliveOn(host.id())) {
            forecasts.add(new VmForecast(vm.id(), host.id(), new Impact.None(), TOTAL));
        }
        return refusals;
    }

    /** The one method by which an update that a host has live can be taken back without a VM feeling it. */
    public static MethodChoice takeBack(Update update, Host host, Fleet fleet) {
        List<VmForecast> forecasts = new ArrayList<>();
        List<Refusal> refusals = refusals(update, host, fleet, forecasts);
        return new MethodChoice(
                host.id(),
                refusals.isEmpty() ? Method.HOT_PATCH : null,
                forecasts,
                List.of(new MethodChoice.Rung(Method.HOT_PATCH, refusals)));
    }

    private static String remedy(PatchFile.Kind kind) {
        return switch (kind) {
            case LIVEPATCH -> "its kernel needs CONFIG_LIVEPATCH, and its agent the right to load modules";
            case JVM -> "its agent needs a JDK with the module jdk.attach";
            case NATIVE -> "its agent needs the right to trace processes (CAP_SYS_PTRACE)";
        };
    }
}
