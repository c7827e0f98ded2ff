package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.update.Update;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Which VMs may be shut down and started again: where they are, or on another host; and what stands against it. */
public final class Restarting {
    private Restarting() {}

    /** Whatever can be moved is moved; the rest is restarted where it is, if every owner of the rest has agreed. */
    static List<Refusal> reboot(Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        return restart(update, host, fleet, pauses, forecasts, vm -> vm);
    }

    /** The same, but owners who have not agreed are asked, and have their window. */
    static List<Refusal> selfService(
            Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        return fleet.aliveOn(host.id()).stream().noneMatch(Restarting::isToBeAsked)
                ? List.of(Refusal.of("NOBODY_TO_ASK", "no owner of a VM on host " + host.id() + " has to be asked"))
                : restart(update, host, fleet, pauses, forecasts, vm -> isToBeAsked(vm) ? vm.consenting() : vm);
    }

    /** Whether a VM's owner is to be asked when it may be restarted: it can't be moved, and they have not agreed before. */
    public static boolean isToBeAsked(Vm vm) {
        return !Ladder.unmovable(vm).isEmpty() && vm.intent().restart() != Intent.Restart.CONSENT;
    }

    private static List<Refusal> restart(
            Update update,
            Host host,
            Fleet fleet,
            PauseModel pauses,
            List<VmForecast> forecasts,
            UnaryOperator<Vm> agreed) {
        List<Refusal> refusals = new ArrayList<>();
        List<Vm> staying = new ArrayList<>();
        for (Vm vm : fleet.aliveOn(host.id())) {
            if (!Ladder.unmovable(vm).isEmpty()) {
                Refusal no = unstoppable(agreed.apply(vm), staying);
                if (no == null) {
                    staying.add(vm);
                    forecasts.add(new VmForecast(vm.id(), host.id(), new Impact.Restart(), pauses.restart()));
                } else {
                    refusals.add(no);
                }
            }
        }
        Ladder.moves(
                host,
                fleet,
                h -> update.isOn(h.facts()),
                vm -> Ladder.unmovable(vm).isEmpty(),
                pauses,
                forecasts,
                refusals);
        forecasts.sort(Comparator.comparing(VmForecast::vm));
        return refusals;
    }

    /**
     * Why a VM that can't be moved can't be restarted either, or null when it can.
     *
     * @param staying the VMs of the same host that will be down at the same time
     */
    public static @Nullable Refusal unstoppable(Vm vm, List<Vm> staying) {
        Map<String, String> whose =
                Map.of("vm", vm.id().value(), "tenant", vm.tenant().value());
        if (vm.intent().restart() != Intent.Restart.CONSENT) {
            String because =
                    Ladder.unmovable(vm).stream().map(Refusal::why).findFirst().orElse("it can't be moved");
            return Refusal.of(
                    "NO_CONSENT",
                    because + ", and the owner of VM " + vm.name() + " has not agreed to a restart",
                    whose);
        }
        if (vm.state() != VmState.RUNNING) {
            return Refusal.of(
                    "VM_PAUSED",
                    "VM " + vm.name() + " is paused and can't be asked to shut down; resume it or shut it off",
                    whose);
        }
        AvailabilitySetId set = vm.availabilitySet();
        return set == null || staying.stream().noneMatch(vm::isInOneSetWith)
                ? null
                : Refusal.of(
                        "SET_TOGETHER",
                        "VM " + vm.name() + " would be down together with another of availability set " + set
                                + "; move one of the two to another host by hand",
                        whose);
    }

    /**
     * Why a VM can't be shut down here and started on another host, whatever that is; empty when it can. What else lies on its
     * host alone, such as UEFI variables, its agent finds.
     *
     * @param agreed how its owner has agreed to this very restart, or null: then what they let be done to it counts
     */
    public static List<Refusal> unredeployable(Vm vm, @Nullable String agreed) {
        List<Refusal> refusals = new ArrayList<>(agreed == null ? Ladder.unmovable(vm) : Ladder.tied(vm));
        Refusal no = unstoppable(agreed == null ? vm : vm.consenting(), List.of());
        if (no != null) {
            refusals.add(no);
        }
        if (vm.hasLocalStorage()) {
            refusals.add(Refusal.of(
                    "DISK_NOT_SHARED",
                    "VM " + vm.name()
                            + " has a disk that only its host has, which can't be taken along while it is shut off;"
                            + " let it be moved while it runs, or restarted where it is",
                    Map.of("vm", vm.id().value())));
        }
        return refusals;
    }
}
