package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRunState.Switching;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.Ladder;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Starts another kernel on a host while its VMs stand still and keep their memory: the one that the update brings or, on the
 * way back, the one that ran before. All VMs of the host stand still together, so the run first takes a hold on each of them
 * and on its availability set.
 */
final class Switches {
    private final HostRun run;
    private final Switching state;
    private final World world;
    private final Instant now;
    private final Step.Builder step = new Step.Builder();

    private Switches(HostRun run, Switching state, World world) {
        this.run = run;
        this.state = state;
        this.world = world;
        this.now = world.now();
    }

    /** The packages are in. @param undoing why the kernel that ran before is wanted, or null for the update's own */
    static Step begin(HostRun run, @Nullable Refusal undoing, World world) {
        return begin(new Step.Builder(), run, undoing, world);
    }

    /** A step that asks for holds may be refused, so one that brings an outcome only says that it wants to. */
    private static Step begin(Step.Builder step, HostRun run, @Nullable Refusal undoing, World world) {
        return step.to(run.in(wanting(run, null, undoing, world.now(), world.now())));
    }

    private static Switching wanting(
            HostRun run, @Nullable Refusal cancel, @Nullable Refusal undoing, Instant lookAt, Instant began) {
        return new Switching(List.of(), null, lookAt, began.plus(run.policy().change()), cancel, undoing);
    }

    static Step on(HostRun run, Switching state, RunEvent event, World world) {
        return new Switches(run, state, world).on(event);
    }

    private Step on(RunEvent event) {
        return switch (event) {
            case RunEvent.EffectEnded e ->
                e.effect().equals(state.effect()) ? ended(e.effect(), e.outcome()) : Step.ignore(run);
            case RunEvent.TimerFired t -> onTimer();
            case RunEvent.HostObserved o -> state.effect() == null ? onTimer() : Step.ignore(run);
            case RunEvent.HoldRefused h -> later(HostRunDecider.HOLD_RETRY);
            case RunEvent.CancelOrdered c -> onCancel(HostRunDecider.cancelled(c));
            case RunEvent.ResolveOrdered r -> Step.ignore(run);
            case RunEvent.RunOrdered o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> Step.ignore(run);
        };
    }

    private Step onCancel(Refusal why) {
        if (state.undoing() != null) {
            return Step.ignore(run); // on the way back there is nothing gentler than to go on
        }
        return state.effect() == null
                ? begin(step, run, why, world)
                : step.to(run.in(new Switching(
                        state.moves(), state.effect(), state.lookAt(), state.limit(), why, state.undoing())));
    }

    private Step onTimer() {
        if (now.isBefore(state.lookAt())) {
            return Step.ignore(run);
        }
        if (state.effect() != null) {
            return now.isBefore(state.limit())
                    ? Step.ignore(run)
                    : PersonAsked.askPerson(run, PersonAsked.overdue(run, state.effect(), state.limit()), world);
        }
        if (!now.isBefore(state.limit())) {
            return failed(Refusal.of(
                    "SWITCH_LIMIT",
                    "the kernel of host " + run.host() + " was not replaced within "
                            + run.policy().change()
                            + ": the VMs on it, or others of their availability sets, were never"
                            + " all free at once, or the host was not seen"));
        }
        Optional<Host> host = world.fleet()
                .host(run.host())
                .filter(seen -> seen.reachable()
                        && seen.observedAt()
                                .isAfter(state.limit().minus(run.policy().change())));
        return host.isPresent() ? order(host.get()) : later(DrainPatience.LOOK_AGAIN);
    }

    private Step later(Duration pause) {
        return step.to(run.in(new Switching(
                state.moves(), state.effect(), now.plus(pause), state.limit(), state.cancel(), state.undoing())));
    }

    private Step order(Host host) {
        List<Vm> vms = world.fleet().aliveOn(host.id());
        for (Vm vm : vms) {
            Refusal no = state.undoing() != null
                    ? null
                    : Ladder.unpreservable(Method.PRESERVE_KERNEL, vm, host, world.fleet(), world.pauses());
            if (no != null) {
                return failed(no);
            }
        }
        EffectId effect = run.nextEffect();
        List<Move> moves = new ArrayList<>();
        for (Vm vm : vms) {
            moves.add(started(vm.id(), vm.name(), effect, world.pauses().switchKernel(vm, host)));
        }
        scopes(moves).forEach(scope -> step.acquire(new Hold(scope, 1)));
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        Instant limit = now.plus(run.policy().change());
        return step.order(effect, run.host(), new Effect.SwitchKernel(update.update(), state.undoing() != null))
                .notice(Ending.info(
                        run,
                        world,
                        "KernelSwitchStarted",
                        "another kernel is started on " + run.host() + "; " + vms.size()
                                + " VMs stand still meanwhile"))
                .to(run.ordering(new Switching(moves, effect, limit, limit, state.cancel(), state.undoing())));
    }

    private Move started(VmId vm, String name, EffectId effect, @Nullable VmForecast forecast) {
        Duration stop = forecast != null && forecast.impact() instanceof Impact.Pause p ? p.expected() : null;
        return Move.pending(vm, name, now)
                .started(effect, run.host(), now, stop, forecast == null ? null : forecast.total());
    }

    private List<String> scopes(List<Move> moves) {
        return moves.stream()
                .flatMap(move ->
                        world.fleet().vm(move.vm()).map(DrainSight::scopes).orElse(List.of("vm:" + move.vm())).stream())
                .distinct()
                .toList();
    }

    private Step ended(EffectId effect, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Switched w -> switched(effect, w);
            case Outcome.Failed f -> {
                scopes(state.moves()).forEach(step::release);
                yield failed(f.why());
            }
            case Outcome.Unknown u -> PersonAsked.askPerson(step, run, u.why(), world);
            case Outcome.Changed c -> Step.ignore(run);
            case Outcome.Moved m -> Step.ignore(run);
            case Outcome.Stopped s -> Step.ignore(run);
            case Outcome.Started s -> Step.ignore(run);
            case Outcome.Acted a -> Step.ignore(run);
        };
    }

    private Step switched(EffectId effect, Outcome.Switched result) {
        HostRun next = run;
        for (Outcome.Stood stood : result.stood()) {
            if (stood.died() == null) {
                Move kept = state.moves().stream()
                        .filter(move -> move.vm().equals(stood.vm()))
                        .findFirst()
                        .orElseGet(() -> started(
                                stood.vm(),
                                stood.vm().value(),
                                effect,
                                null)); // it had come after the host was last seen
                DrainNotes.stoodStill(step, run, world, kept, stood);
            } else {
                step.notice(Ending.alarm(
                        run, world, "VmDied", stood.died().with("vm", stood.vm().value())));
                next = starting(next, effect, stood).counting(0, 1);
            }
        }
        scopes(state.moves()).forEach(step::release);
        if (result.why() != null) {
            return new Switches(next, state, world).failed(step, result.why());
        }
        if (state.undoing() != null) {
            return Changing.undo(step, next, state.undoing(), world);
        }
        return state.cancel() == null ? Changing.verify(step, next, world) : begin(step, next, state.cancel(), world);
    }

    /** A VM that did not outlive it is started again before the run ends, where its owner says so. */
    private HostRun starting(HostRun next, EffectId effect, Outcome.Stood stood) {
        DrainSight sight = new DrainSight(run, world, new ArrayList<>(state.moves()), vm -> true);
        Optional<Vm> vm = sight.isToBeRestarted(stood.vm()) ? sight.sighting(stood.vm()) : Optional.empty();
        if (vm.isEmpty()) {
            return next;
        }
        List<Restart> all = new ArrayList<>(next.restarts());
        all.add(Restart.stopping(vm.get(), effect, now, world.pauses().restart())
                .stopped(now.minus(stood.stop()), now));
        return next.restarting(all);
    }

    private Step failed(Refusal why) {
        return failed(step, why);
    }

    /** On the way back it is a person's, and tried on meanwhile; the other way, what ran before is wanted. */
    private Step failed(Step.Builder noted, Refusal why) {
        return state.undoing() == null
                ? begin(noted, run, why, world)
                : PersonAsked.askPerson(
                        noted,
                        run.in(wanting(run, null, state.undoing(), now, now)),
                        why.with("undoing", state.undoing().why()),
                        world);
    }

    /** While a person is asked why the kernel that ran before can't be started, it is ordered again. */
    static Step tryAgain(HostRun run, Switching state, Step.Builder step, World world) {
        Optional<Host> host = world.fleet().host(run.host()).filter(Host::reachable);
        if (state.effect() != null || state.undoing() == null || host.isEmpty()) {
            return step.to(run.in(state));
        }
        Step ordered = new Switches(run, state, world).order(host.get());
        ordered.acquire().forEach(step::acquire);
        ordered.orders().forEach(order -> step.order(order.id(), order.agent(), order.effect()));
        return step.to(ordered.next());
    }

    /** What a switch that ended after its run left behind, or null when there is nothing to tell. */
    static @Nullable Refusal leftBehind(HostRun run, Outcome.Switched result) {
        List<String> died = result.stood().stream()
                .filter(stood -> stood.died() != null)
                .map(stood -> stood.vm().value())
                .toList();
        return died.isEmpty()
                ? result.why()
                : Refusal.of(
                        "VM_DIED",
                        "VMs of host " + run.host() + " did not outlive the change of its kernel that run " + run.id()
                                + " had ordered: " + String.join(", ", died));
    }
}
