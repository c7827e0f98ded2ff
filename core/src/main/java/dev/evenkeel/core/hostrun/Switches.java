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
 * and on its availability set, and no VM that may not stand still is taken along, whichever way it goes.
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
        return step.to(run.in(wanting(run, List.of(), undoing, world.now())));
    }

    private static Switching wanting(HostRun run, List<Move> tried, @Nullable Refusal undoing, Instant began) {
        return new Switching(tried, null, began, began.plus(run.policy().change()), null, undoing);
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
            case RunEvent.HoldRefused h -> state.effect() == null ? later(HostRunDecider.HOLD_RETRY) : Step.ignore(run);
            case RunEvent.CancelOrdered c -> onCancel(HostRunDecider.cancelled(c));
            case RunEvent.ResolveOrdered r -> Step.ignore(run);
            case RunEvent.RunOrdered o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> Step.ignore(run);
            case RunEvent.NoticeApproved a -> Step.ignore(run);
            case RunEvent.OwnerChose c -> Step.ignore(run);
            case RunEvent.OwnersAsked a -> Step.ignore(run);
        };
    }

    private Step onCancel(Refusal why) {
        if (state.undoing() != null) {
            return Step.ignore(run); // on the way back there is nothing gentler than to go on
        }
        return state.effect() == null
                ? Changing.undo(step, run, why, world)
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
            Refusal why = Refusal.of(
                    "SWITCH_LIMIT",
                    "the kernel of host " + run.host() + " was not replaced within "
                            + run.policy().change()
                            + ": the VMs on it, or others of their availability sets, were never"
                            + " all free at once, or the host was not seen");
            return failed(step, state.moves(), why);
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
            Refusal no = Exempt.why(run, vm, world);
            if (no == null) {
                no = Announcing.whyUntold(run, vm, world);
            }
            if (no == null) {
                no = Ladder.unpreservable(Method.PRESERVE_KERNEL, vm, host, world.fleet(), world.pauses());
            }
            if (no != null) {
                return failed(step, state.moves(), no);
            }
        }
        EffectId effect = run.nextEffect();
        List<Move> moves = new ArrayList<>();
        for (Vm vm : vms) {
            Move before = state.moves().stream()
                    .filter(move -> move.vm().equals(vm.id()))
                    .findFirst()
                    .orElseGet(() -> Move.pending(vm.id(), vm.name(), now));
            moves.add(started(before, effect, world.pauses().switchKernel(vm, host)));
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

    private Move started(Move before, EffectId effect, VmForecast forecast) {
        Duration stop = forecast.impact() instanceof Impact.Pause p ? p.expected() : null;
        return before.started(effect, run.host(), now, stop, forecast.total());
    }

    /** A VM that had come after the host was last seen, and stood still with the others. */
    private Move unforeseen(Outcome.Stood stood, EffectId effect) {
        String name =
                world.fleet().vm(stood.vm()).map(Vm::name).orElse(stood.vm().value());
        return Move.pending(stood.vm(), name, now).started(effect, run.host(), now.minus(stood.total()), null, null);
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
                yield failed(step, tried(0), f.why());
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
                        .orElseGet(() -> unforeseen(stood, effect));
                DrainNotes.stoodStill(step, run, world, kept, stood);
            } else {
                step.notice(Ending.alarm(
                        run, world, "VmDied", stood.died().with("vm", stood.vm().value())));
                next = starting(next, effect, stood).counting(0, 1);
            }
        }
        scopes(state.moves()).forEach(step::release);
        if (result.why() != null) {
            return new Switches(next, state, world)
                    .failed(step, tried(result.stood().isEmpty() ? 0 : 1), result.why());
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

    /** The VMs of an order that has ended. @param stoodStill 1 when they stood still for it, 0 when it was no attempt */
    private List<Move> tried(int stoodStill) {
        return state.moves().stream()
                .map(move -> move.tried(move.attempts() - 1 + stoodStill, now))
                .toList();
    }

    /**
     * What ran before runs still and its packages are all that is wanted; on the way back, where it does not, it is a
     * person's, and tried on meanwhile.
     */
    private Step failed(Step.Builder noted, List<Move> tried, Refusal why) {
        if (state.undoing() == null) {
            return Changing.undo(noted, run, state.cancel() == null ? why : state.cancel(), world);
        }
        Refusal all = why.with("undoing", state.undoing().why());
        return PersonAsked.askPerson(noted, run.in(wanting(run, tried, state.undoing(), now)), all, world);
    }

    /**
     * While a person is asked why the kernel that ran before can't be started, it is ordered again; but VMs do not stand
     * still for nothing more often than a move would be tried.
     */
    static Step tryAgain(HostRun run, Switching state, Step.Builder step, World world) {
        Optional<Host> host = world.fleet().host(run.host()).filter(Host::reachable);
        boolean enough = state.moves().stream()
                .anyMatch(move -> move.attempts() >= run.policy().moveAttempts());
        if (state.effect() != null || state.undoing() == null || host.isEmpty() || enough) {
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
