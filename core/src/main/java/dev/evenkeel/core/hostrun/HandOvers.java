package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRunState.HandingOver;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.VmForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives every VM of a host whose process is not of the VMM that is installed a new one. Which these are is looked at after
 * every event, so what comes, goes or is done by other hands needs no remembering. One VM that can't be handed over has the
 * whole host brought back: the others are handed over to what ran before. On the way back it is a person's.
 */
final class HandOvers extends VmByVm {
    /** An agent's words for a VM that needs no new process: its guest or its owner was there first. */
    private static final Set<String> NOT_NEEDED = Set.of(Stops.NOT_RUNNING, "SHUT_OFF", "ALREADY_CURRENT");

    private final HandingOver before;

    private HandOvers(HostRun run, HandingOver state, World world) {
        super(
                run,
                state,
                state.moves(),
                state.lookAt(),
                state.limit(),
                state.stopping(),
                vm -> concerns(state, vm),
                world);
        this.before = state;
    }

    /** The host has its packages, new or old. @param undoing why it was brought back, or null when it was updated */
    static Step begin(Step.Builder step, HostRun run, @Nullable Refusal undoing, World world) {
        return begin(step, run, undoing, false, null, world);
    }

    /** The host is about to be brought back. */
    static Step setAside(Step.Builder step, HostRun run, Refusal undoing, World world) {
        return begin(step, run, undoing, true, null, world);
    }

    static Step begin(
            Step.Builder step,
            HostRun run,
            @Nullable Refusal undoing,
            boolean aside,
            @Nullable RunOutcome as,
            World world) {
        Instant limit = world.now().plus(run.policy().drain());
        return step.to(run.in(new HandingOver(List.of(), world.now(), limit, null, undoing, aside, as)));
    }

    static Step on(HostRun run, HandingOver state, RunEvent event, World world) {
        return new HandOvers(run, state, world).on(event);
    }

    private static boolean concerns(HandingOver state, Vm vm) {
        if (state.as() != null) {
            return vm.aside();
        }
        return state.aside() ? vm.settled() : !vm.settled();
    }

    @Override
    HandingOver looking(Instant at) {
        return new HandingOver(moves, at, before.limit(), stopping, before.undoing(), before.aside(), before.as());
    }

    /** Seen since this began: before that, other packages were installed. */
    @Override
    Optional<Host> observed() {
        return world.fleet()
                .host(run.host())
                .filter(host -> host.reachable() && host.observedAt().isAfter(began()));
    }

    @Override
    void succeeded(Move move, Outcome.Moved result) {
        DrainNotes.handedOver(step, run, world, move, result);
    }

    @Override
    boolean failed(int at, Refusal why, Outcome.Failed failed) {
        if (failed.aftermath() == Outcome.Aftermath.VM_DEAD) {
            died(at, why);
            return false;
        }
        if (NOT_NEEDED.contains(why.code())) {
            moves.set(at, moves.get(at).becomes(Move.Status.GONE, now, why));
            return false;
        }
        return true;
    }

    /** What could not come home is tried on while a person is asked, and nobody else has the VM meanwhile. */
    @Override
    boolean releases(Move after) {
        return after.status() != Move.Status.STUCK || !before.homeward();
    }

    @Override
    String failureNotice() {
        return "HandOverFailed";
    }

    /** On the way back there is nothing gentler than to go on. */
    @Override
    Step stop(Refusal why) {
        if (stopping != null || before.undoing() != null) {
            return Step.ignore(run);
        }
        stopping = why;
        return look();
    }

    @Override
    Step look() {
        Optional<Host> host = observed();
        host.ifPresent(this::reconcile);
        sight.markExempt();
        sight.markUntold();
        Optional<Step> unsure = unsure();
        if (unsure.isPresent()) {
            return unsure.get();
        }
        if (stopping != null || isOverdue() || hasStuck()) {
            return underWay() > 0 ? overdueOrWait() : giveUp();
        }
        if (host.isEmpty()) {
            return overdueOrWait();
        }
        if (allSettled()) {
            return settled(host.get());
        }
        return mayStart ? startNext(host.get()).orElseGet(this::overdueOrWait) : looksAgain(now);
    }

    private Step giveUp() {
        Refusal why = stopping != null ? stopping : DrainNotes.notHandedOver(run, moves);
        return before.undoing() == null
                ? setAside(step, at(now), why, world)
                : PersonAsked.askPerson(
                        step, at(now), why.with("undoing", before.undoing().why()), world);
    }

    /** Every VM that was seen to need a new process has one, or is gone; a look from before the last of them says nothing. */
    private Step settled(Host host) {
        if (!mayStart) {
            return looksAgain(now);
        }
        if (!isSeenSince(host)) {
            return looksAgain(now.plus(DrainPatience.LOOK_AGAIN));
        }
        if (before.undoing() == null) {
            return Changing.verify(step, counted(), world);
        }
        if (before.as() != null) {
            return Ending.end(step, counted(), before.as(), before.undoing(), world);
        }
        return before.aside()
                ? Changing.undo(step, counted(), before.undoing(), world)
                : Changing.undone(step, counted(), before.undoing(), world);
    }

    private Optional<Step> startNext(Host host) {
        return underWay() >= run.policy().parallelMoves()
                ? Optional.empty()
                : sight.startable(vm -> true).stream().findFirst().map(vm -> start(vm, host));
    }

    private Step start(Vm vm, Host host) {
        EffectId effect = nextEffect();
        VmForecast forecast = world.pauses().handOver(vm, host);
        Duration stop = forecast.impact() instanceof Impact.Pause p ? p.expected() : null;
        int at = sight.indexOf(vm.id());
        sight.scopes(vm.id()).forEach(scope -> step.acquire(new Hold(scope, 1)));
        step.order(effect, run.host(), new Effect.HandOver(vm.id(), vm.intent().maxPause(), before.aside()));
        moves.set(at, moves.get(at).started(effect, run.host(), now, stop, forecast.total()));
        return looksAgain(now);
    }
}
