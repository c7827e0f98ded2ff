package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.placement.Placement;
import dev.evenkeel.core.update.Component;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the method for a host: from the least disturbing rung down, each refused rung with its reasons. A rung without
 * a payload is refused like any other, so that an operator sees what a better manifest would spare the VMs.
 */
public final class Ladder {
    /** The capability of a host on which VMs can get a new VMM beneath them. */
    public static final String PRESERVE_VMM = "preserve-vmm";

    /** The capability of a host on which VMs' memory can outlive the kernel. */
    public static final String PRESERVE_KERNEL = "preserve-kernel";

    private static final Comparator<Vm> STAYS_FIRST =
            Comparator.<Vm, Boolean>comparing(vm -> unmovable(vm).isEmpty()).thenComparing(Vm::id);

    private Ladder() {}

    /** @param catalogue finds the updates that this one requires or conflicts with; null when there is none */
    public static MethodChoice choose(
            Update update, Host host, Fleet fleet, PauseModel pauses, Function<UpdateId, @Nullable Update> catalogue) {
        return choose(update, host, fleet, pauses, catalogue, vm -> null, null);
    }

    /**
     * @param exempt why a VM may not be touched now, or null; one such keeps its host from every rung that VMs feel
     * @param unpatched why the host itself refused the hot patch when it was tried, or null
     */
    public static MethodChoice choose(
            Update update,
            Host host,
            Fleet fleet,
            PauseModel pauses,
            Function<UpdateId, @Nullable Update> catalogue,
            Function<Vm, @Nullable Refusal> exempt,
            @Nullable Refusal unpatched) {
        List<Refusal> never = Applicability.refusals(update, host, catalogue);
        List<Refusal> exempted = fleet.aliveOn(host.id()).stream()
                .map(exempt)
                .filter(Objects::nonNull)
                .toList();
        List<MethodChoice.Rung> rungs = new ArrayList<>();
        for (Method method : Method.values()) {
            List<VmForecast> forecasts = new ArrayList<>();
            List<Refusal> refusals = never.isEmpty() || update.payload(method).isEmpty()
                    ? refusals(method, update, host, fleet, pauses, forecasts)
                    : never;
            boolean touches = method != Method.HOT_PATCH
                    && never.isEmpty()
                    && update.payload(method).isPresent();
            refusals = touches && !exempted.isEmpty() ? exempted : refusals;
            refusals = unpatched != null && method == Method.HOT_PATCH ? List.of(unpatched) : refusals;
            rungs.add(new MethodChoice.Rung(method, refusals));
            if (refusals.isEmpty()) {
                return new MethodChoice(host.id(), method, forecasts, rungs);
            }
        }
        return new MethodChoice(host.id(), null, List.of(), rungs);
    }

    /** What the VMs of a host would feel by a method, in the order of ids; those that find no place are left out. */
    public static List<VmForecast> forecasts(Method method, Update update, Host host, Fleet fleet, PauseModel pauses) {
        List<VmForecast> forecasts = new ArrayList<>();
        refusals(method, update, host, fleet, pauses, forecasts);
        return forecasts;
    }

    /** What the VMs of a host would feel if it were emptied; those that can't be moved or find no place are left out. */
    public static List<VmForecast> forecasts(Host host, Fleet fleet, PauseModel pauses) {
        List<VmForecast> forecasts = new ArrayList<>();
        moves(host, fleet, h -> false, vm -> unmovable(vm).isEmpty(), pauses, forecasts, new ArrayList<>());
        return forecasts;
    }

    private static List<Refusal> refusals(
            Method method, Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        if (update.payload(method).isEmpty()) {
            return List.of(Refusal.of("NO_PAYLOAD", "the update has no payload for " + method));
        }
        return switch (method) {
            case MIGRATE -> migrate(update, host, fleet, pauses, forecasts);
            case REBOOT -> Restarting.reboot(update, host, fleet, pauses, forecasts);
            case PRESERVE_VMM -> preserveVmm(update, host, fleet, pauses, forecasts);
            case PRESERVE_KERNEL -> preserveKernel(update, host, fleet, pauses, forecasts);
            case HOT_PATCH -> HotPatching.refusals(update, host, fleet, forecasts);
            case SELF_SERVICE -> Restarting.selfService(update, host, fleet, pauses, forecasts);
        };
    }

    private static List<Refusal> migrate(
            Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        List<Refusal> refusals = new ArrayList<>();
        fleet.aliveOn(host.id()).forEach(vm -> refusals.addAll(unmovable(vm)));
        moves(host, fleet, h -> update.isOn(h.facts()), vm -> unmovable(vm).isEmpty(), pauses, forecasts, refusals);
        return refusals;
    }

    /** What the VMs that leave would feel, and which of them find no place or would stand still too long. */
    static void moves(
            Host host,
            Fleet fleet,
            Predicate<Host> preferred,
            Predicate<Vm> leaves,
            PauseModel pauses,
            List<VmForecast> forecasts,
            List<Refusal> refusals) {
        Fleet without = new Fleet(
                fleet.hosts().values(),
                fleet.allVms().stream()
                        .filter(vm -> !vm.host().equals(host.id()) || leaves.test(vm))
                        .toList());
        Map<VmId, Placement.Answer> targets = Placement.evacuate(host.id(), without, preferred);
        for (Vm vm : without.aliveOn(host.id())) {
            switch (targets.get(vm.id())) {
                case Placement.Answer.Target target -> forecast(vm, host, target.host(), pauses, forecasts, refusals);
                case Placement.Answer.Nowhere nowhere -> refusals.add(nowhere.why());
                case null -> throw new IllegalStateException("no answer for VM " + vm.id());
            }
        }
    }

    private static void forecast(
            Vm vm, Host from, Host to, PauseModel pauses, List<VmForecast> forecasts, List<Refusal> refusals) {
        VmForecast forecast = pauses.move(vm, from, to);
        forecasts.add(forecast);
        Refusal tooLong = tooLong(vm, forecast, "lower its load, raise max-pause or allow post-copy");
        if (tooLong != null && !vm.intent().postCopy()) {
            refusals.add(tooLong);
        }
    }

    private static @Nullable Refusal tooLong(Vm vm, VmForecast forecast, String remedy) {
        return forecast.impact() instanceof Impact.Pause pause
                        && pause.expected().compareTo(vm.intent().maxPause()) > 0
                ? Refusal.of(
                        "PAUSE_TOO_LONG",
                        "VM " + vm.name() + " would pause longer than its owner allows; " + remedy,
                        Map.of(
                                "vm", vm.id().value(),
                                "forecast", pause.expected().toString(),
                                "maxPause", vm.intent().maxPause().toString()))
                : null;
    }

    /** VMs whose memory can stay get the new VMM beneath them; the others are moved away first. */
    private static List<Refusal> preserveVmm(
            Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        if (update.component() != Component.VMM && update.component() != Component.SERVICE) {
            return List.of(Refusal.of(
                    "WRONG_COMPONENT",
                    "a new VMM under running VMs does not bring in a " + update.component() + " update"));
        }
        if (!host.facts().capabilities().contains(PRESERVE_VMM)) {
            return List.of(Refusal.of(
                    "NO_MECHANISM",
                    "host " + host.id() + " can't start a second libvirtd; install libvirt-daemon there",
                    Map.of("capability", PRESERVE_VMM)));
        }
        return preserve(Method.PRESERVE_VMM, update, host, fleet, pauses, forecasts);
    }

    /** VMs whose memory can stay stand still while another kernel is started; the others are moved away first. */
    private static List<Refusal> preserveKernel(
            Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        if (update.component() != Component.KERNEL) {
            return List.of(Refusal.of(
                    "WRONG_COMPONENT",
                    "another kernel under VMs that keep their memory does not bring in a " + update.component()
                            + " update"));
        }
        if (!host.facts().capabilities().contains(PRESERVE_KERNEL)) {
            return List.of(Refusal.of(
                    "NO_MECHANISM",
                    "host " + host.id() + " keeps no memory across kernels; reserve some with the kernel's parameter"
                            + " memmap=SIZE!START, put ext4 with dax=always on it, point memory_backing_dir in qemu.conf"
                            + " there and install kexec-tools",
                    Map.of("capability", PRESERVE_KERNEL)));
        }
        return preserve(Method.PRESERVE_KERNEL, update, host, fleet, pauses, forecasts);
    }

    private static List<Refusal> preserve(
            Method method, Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        List<Refusal> refusals = new ArrayList<>();
        for (Vm vm : fleet.aliveOn(host.id())) {
            Refusal no = unpreservable(method, vm, host, fleet, pauses);
            if (no == null) {
                forecasts.add(stay(method, vm, host, pauses));
            } else if (!unmovable(vm).isEmpty()) {
                refusals.add(no);
                refusals.addAll(unmovable(vm));
            }
        }
        Predicate<Vm> leaves = vm -> unpreservable(method, vm, host, fleet, pauses) != null
                && unmovable(vm).isEmpty();
        moves(host, fleet, h -> update.isOn(h.facts()), leaves, pauses, forecasts, refusals);
        forecasts.sort(Comparator.comparing(VmForecast::vm));
        return refusals;
    }

    private static VmForecast stay(Method method, Vm vm, Host host, PauseModel pauses) {
        return method == Method.PRESERVE_KERNEL ? pauses.switchKernel(vm, host) : pauses.handOver(vm, host);
    }

    /**
     * Why a VM can't keep its memory on its host while what is beneath it is replaced, or null when it can.
     *
     * @param method PRESERVE_VMM or PRESERVE_KERNEL; the latter stops all VMs of the host at once, so of an availability set
     *     only one may stay
     */
    public static @Nullable Refusal unpreservable(Method method, Vm vm, Host host, Fleet fleet, PauseModel pauses) {
        if (!vm.ties().isEmpty()) {
            return vm.ties().getFirst().with("vm", vm.id().value());
        }
        if (vm.state() != VmState.RUNNING) {
            return Refusal.of(
                    "VM_PAUSED",
                    "VM " + vm.name() + " is paused and can't be kept in memory; resume it or shut it off",
                    Map.of("vm", vm.id().value()));
        }
        Refusal tooLong = tooLong(vm, stay(method, vm, host, pauses), "raise max-pause");
        if (tooLong != null || method != Method.PRESERVE_KERNEL || vm.availabilitySet() == null) {
            return tooLong;
        }
        // One that can't be moved stays, else the one with the least id: whoever looks, and whenever, comes to the
        // same.
        return fleet.aliveOn(host.id()).stream()
                .filter(other -> vm.isInOneSetWith(other)
                        && STAYS_FIRST.compare(other, vm) < 0
                        && unpreservable(method, other, host, fleet, pauses) == null)
                .findFirst()
                .map(other -> Refusal.of(
                        "SET_TOGETHER",
                        "VM " + vm.name() + " would stand still together with " + other.name()
                                + " of availability set " + vm.availabilitySet()
                                + "; move one of the two to another host by hand",
                        Map.of("vm", vm.id().value())))
                .orElse(null);
    }

    /** Why a VM can't be moved at all, whatever the destination; empty when it can. */
    public static List<Refusal> unmovable(Vm vm) {
        List<Refusal> refusals = new ArrayList<>();
        if (vm.intent().migration() == Intent.Migration.NEVER) {
            refusals.add(Refusal.of(
                    "MIGRATION_NEVER",
                    "the owner of VM " + vm.name() + " says migration: never",
                    Map.of("vm", vm.id().value(), "tenant", vm.tenant().value())));
        }
        refusals.addAll(tied(vm));
        return refusals;
    }

    /** What ties a VM to its host. */
    static List<Refusal> tied(Vm vm) {
        return vm.obstacles().stream()
                .map(obstacle -> obstacle.with("vm", vm.id().value()))
                .toList();
    }
}
