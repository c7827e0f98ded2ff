package dev.evenkeel.core.impact;

import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.placement.Placement;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.Update;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Chooses the method for a host: from the least disturbing rung down, each refused rung with its reasons. A rung without
 * a payload is refused like any other, so that an operator sees what a better manifest would spare the VMs.
 */
public final class Ladder {
    private Ladder() {}

    public static MethodChoice choose(Update update, Host host, Fleet fleet, PauseModel pauses) {
        List<MethodChoice.Rung> rungs = new ArrayList<>();
        for (Method method : Method.values()) {
            List<VmForecast> forecasts = new ArrayList<>();
            List<Refusal> refusals = refusals(method, update, host, fleet, pauses, forecasts);
            rungs.add(new MethodChoice.Rung(method, refusals));
            if (refusals.isEmpty()) {
                return new MethodChoice(host.id(), method, forecasts, rungs);
            }
        }
        return new MethodChoice(host.id(), null, List.of(), rungs);
    }

    private static List<Refusal> refusals(
            Method method, Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        if (update.payload(method).isEmpty()) {
            return List.of(Refusal.of("NO_PAYLOAD", "the update has no payload for " + method));
        }
        return switch (method) {
            case MIGRATE -> migrate(update, host, fleet, pauses, forecasts);
            case REBOOT -> reboot(host, fleet, forecasts);
            case HOT_PATCH, PRESERVE_VMM, PRESERVE_KERNEL, SELF_SERVICE ->
                List.of(Refusal.of("NO_MECHANISM", "this version of Evenkeel has no mechanism for " + method));
        };
    }

    private static List<Refusal> migrate(
            Update update, Host host, Fleet fleet, PauseModel pauses, List<VmForecast> forecasts) {
        List<Refusal> refusals = new ArrayList<>();
        Map<VmId, Placement.Answer> targets = Placement.evacuate(host.id(), fleet, h -> update.isOn(h.facts()));
        for (Vm vm : fleet.aliveOn(host.id())) {
            List<Refusal> own = unmovable(vm);
            refusals.addAll(own);
            if (own.isEmpty()) {
                switch (targets.get(vm.id())) {
                    case Placement.Answer.Target target ->
                        forecast(vm, host, target.host(), pauses, forecasts, refusals);
                    case Placement.Answer.Nowhere nowhere -> refusals.add(nowhere.why());
                    case null -> throw new IllegalStateException("no answer for VM " + vm.id());
                }
            }
        }
        return refusals;
    }

    private static void forecast(
            Vm vm, Host from, Host to, PauseModel pauses, List<VmForecast> forecasts, List<Refusal> refusals) {
        VmForecast forecast = pauses.move(vm, from, to);
        forecasts.add(forecast);
        if (forecast.impact() instanceof Impact.Pause pause
                && !vm.intent().postCopy()
                && pause.expected().compareTo(vm.intent().maxPause()) > 0) {
            refusals.add(Refusal.of(
                    "PAUSE_TOO_LONG",
                    "VM " + vm.name() + " would pause longer than its owner allows; lower its load, raise max-pause or"
                            + " allow post-copy",
                    Map.of(
                            "vm", vm.id().value(),
                            "forecast", pause.expected().toString(),
                            "maxPause", vm.intent().maxPause().toString())));
        }
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
        for (Refusal obstacle : vm.obstacles()) {
            refusals.add(obstacle.with("vm", vm.id().value()));
        }
        return refusals;
    }

    private static List<Refusal> reboot(Host host, Fleet fleet, List<VmForecast> forecasts) {
        List<Refusal> refusals = new ArrayList<>();
        for (Vm vm : fleet.aliveOn(host.id())) {
            if (vm.intent().restart() == Intent.Restart.CONSENT) {
                forecasts.add(new VmForecast(vm.id(), new Impact.Restart(), Duration.ofMinutes(5)));
            } else {
                refusals.add(Refusal.of(
                        "NO_CONSENT",
                        "the owner of VM " + vm.name() + " has not agreed to a restart",
                        Map.of("vm", vm.id().value(), "tenant", vm.tenant().value())));
            }
        }
        return refusals;
    }
}
