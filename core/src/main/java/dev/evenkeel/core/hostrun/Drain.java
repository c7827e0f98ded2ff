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
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRunState.Draining;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.placement.Placement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Empties a host. A VM that can't be moved keeps running where it is, and the run ends without touching the host. */
final class Drain extends VmByVm {
    private final Draining before;

    /** The VM that a redeployment has shut down, or asked to, and did not start elsewhere: it is started here. */
    private @Nullable Restart owed;

    private Drain(HostRun run, Draining state, World world) {
        super(
                run,
                state,
                state.moves(),
                state.lookAt(),
                state.limit(),
                state.stopping(),
                vm -> run.purpose().concerns(vm.id()),
                world);
        this.before = state;
    }

    static Step on(HostRun run, Draining state, RunEvent event, World world) {
        return new Drain(run, state, world).on(event);
    }

    @Override
    Draining looking(Instant at) {
        return new Draining(moves, at, before.limit(), stopping);
    }

    @Override
    Optional<Host> observed() {
        return world.fleet().host(run.host()).filter(Host::reachable);
    }

    @Override
    void succeeded(Move move, Outcome.Moved result) {
        moved++;
        DrainNotes.moved(step, run, world, move, result);
    }

    /** The VM that had died runs again by its owner's wish; now it can be moved like any other. */
    @Override
    boolean started(int at) {
        Move move = moves.get(at);
        moves.set(at, move.waits(now, now, move.why()));
        step.notice(Ending.warning(run, world, "VmRestarted", "VM " + move.name() + " was started again"));
        return true;
    }

    @Override
    boolean failed(int at, Refusal why, Outcome.Failed failed) {
        Move move = moves.get(at);
        if (run.purpose() instanceof Purpose.Redeploy && failed.aftermath() != Outcome.Aftermath.UNCHANGED) {
            moves.set(at, move.becomes(Move.Status.GONE, now, why));
            owed = Restart.owed(
                    move, tenant(move), failed.aftermath(), run.policy().stop(), now, why);
            return false;
        }
        if (failed.aftermath() != Outcome.Aftermath.VM_DEAD) {
            return true;
        }
        if (run.host().equals(move.to())) {
            // The start of a VM that had died: its loss is counted, and its owner is told that it stays down.
            moves.set(at, move.becomes(Move.Status.GONE, now, why));
            step.notice(Ending.alarm(run, world, "StartFailed", why));
            return false;
        }
        died(at, why);
        if (sight.isToBeRestarted(move.vm())) {
            EffectId effect = nextEffect();
            step.order(effect, run.host(), new Effect.StartVm(move.vm()));
            moves.set(at, moves.get(at).started(effect, run.host(), now, null, null));
        }
        return false;
    }

    private TenantId tenant(Move move) {
        return world.fleet().vm(move.vm()).map(Vm::tenant).orElse(new TenantId("default"));
    }

    @Override
    boolean releases(Move after) {
        return owed == null;
    }

    @Override
    String failureNotice() {
        return "MoveFailed";
    }

    @Override
    Step stop(Refusal why) {
        if (stopping == null) {
            stopping = why;
            abortMoves();
        }
        return look();
    }

    private void abortMoves() {
        for (Move move : moves) {
            if (move.status() == Move.Status.MOVING && move.effect() != null) {
                step.order(nextEffect(), run.host(), new Effect.AbortMove(move.vm(), move.effect()));
            }
        }
    }

    @Override
    Step look() {
        if (owed != null) {
            Refusal why = stopping == null ? Objects.requireNonNull(owed.why()) : stopping;
            return Ending.end(step, counted().restarting(List.of(owed)), Ending.outcomeOf(why), why, world);
        }
        Optional<Host> host = observed();
        host.ifPresent(this::reconcile);
        boolean tells = stopping == null && mayStart && underWay() == 0;
        Optional<Vm> untold = tells && host.isPresent() ? Announcing.untold(run, world) : Optional.empty();
        if (untold.isPresent()) {
            return tellsAgain();
        }
        if (stopping == null && isOverdue()) {
            stopping = DrainNotes.tooLong(run);
            abortMoves();
        }
        Optional<Step> unsure = unsure();
        if (unsure.isPresent()) {
            return unsure.get();
        }
        boolean underWay = underWay() > 0;
        if (stopping != null) {
            return underWay
                    ? overdueOrWait()
                    : Ending.end(step, counted(), Ending.outcomeOf(stopping), stopping, world);
        }
        if (host.isEmpty()) {
            boolean leaves = moves.stream().anyMatch(Move::isOnTheHost);
            return leaves ? overdueOrWait() : looksAgain(now.plus(DrainPatience.LOOK_AGAIN));
        }
        sight.markExempt();
        sight.markUnmovable();
        if (!mayStart && !allSettled()) {
            return looksAgain(now);
        }
        boolean inVain = run.purpose() instanceof Purpose.UpdateHost && hasStuck();
        if (allSettled() || (inVain && !underWay)) {
            return settled(host.get());
        }
        if (inVain) {
            return overdueOrWait();
        }
        boolean closed = !underWay && !sight.startable(this::isOutOfItsWindow).isEmpty();
        return startNext().orElseGet(() -> closed ? tellsAgain() : overdueOrWait());
    }

    /** However long VMs are told, nobody else is to wait for what nothing is done with meanwhile. */
    private Step tellsAgain() {
        run.holds().forEach(hold -> step.release(hold.scope()));
        return step.to(counted().in(new HostRunState.Announcing(now, now)));
    }

    /** Others of the host took so long that the opening has closed in which it could be disturbed: it waits for the next. */
    private boolean isOutOfItsWindow(Vm vm) {
        return Announcing.isOutOfItsWindow(run, vm, world);
    }

    private boolean mayBeDisturbed(Vm vm) {
        return !vm.aside() && !Announcing.isUntold(run, vm, world) && !isOutOfItsWindow(vm);
    }

    private Step settled(Host host) {
        if (hasStuck()) {
            return Ending.end(step, counted(), RunOutcome.REFUSED, DrainNotes.stuck(run, moves), world);
        }
        if (run.purpose() instanceof Purpose.OneVm && run.moved() + moved > 0) {
            return HostRunDecider.drained(counted(), world, step);
        }
        // An observation from before this drain began says nothing about who has come since.
        if (!isSeenSince(host)) {
            return looksAgain(now.plus(DrainPatience.LOOK_AGAIN));
        }
        if (run.purpose() instanceof Purpose.OneVm one) {
            Refusal why = DrainNotes.notHere(run, one, moves);
            return Ending.end(step, counted(), RunOutcome.REFUSED, why, world);
        }
        List<Vm> staying = sight.staying();
        if (staying.stream().anyMatch(this::isOutOfItsWindow)) {
            return tellsAgain();
        }
        if (staying.isEmpty() || run.preserves()) {
            return HostRunDecider.drained(counted(), world, step);
        }
        return mayStart ? Stops.begin(step, at(now), staying, world) : looksAgain(now);
    }

    private Optional<Step> startNext() {
        if (underWay() >= run.policy().parallelMoves()) {
            return Optional.empty();
        }
        for (Vm vm : sight.startable(this::mayBeDisturbed)) {
            int at = sight.indexOf(vm.id());
            switch (sight.target(vm)) {
                case Placement.Answer.Target target -> {
                    return Optional.of(start(at, moves.get(at), vm, target.host()));
                }
                case Placement.Answer.Nowhere nowhere -> {
                    return Optional.of(findsNoRoom(at, nowhere.why()));
                }
            }
        }
        return Optional.empty();
    }

    private Step findsNoRoom(int at, Refusal why) {
        Move move = moves.get(at);
        if (underWay() == 0 && move.attempts() + 1 >= run.policy().moveAttempts()) {
            moves.set(at, move.becomes(Move.Status.STUCK, now, why));
        } else {
            moves.set(at, move.findsNoRoom(now.plus(RETRY_AFTER), now, why));
        }
        return looksAgain(now);
    }

    private Step start(int at, Move move, Vm vm, Host to) {
        Host from = world.fleet().hosts().get(run.host());
        VmForecast forecast = from == null ? null : world.pauses().move(vm, from, to);
        Duration stop = forecast != null && forecast.impact() instanceof Impact.Pause p ? p.expected() : null;
        EffectId effect = nextEffect();
        sight.scopes(vm.id()).forEach(scope -> step.acquire(new Hold(scope, 1)));
        if (run.purpose() instanceof Purpose.Redeploy redeploy) {
            Effect shutsDown = new Effect.RedeployVm(
                    vm.id(),
                    run.host(),
                    to.id(),
                    to.facts().address(),
                    run.policy().stop(),
                    redeploy.agreed());
            step.order(effect, run.host(), shutsDown);
            DrainNotes.started(step, run, world, vm, to);
            Duration out = world.pauses().restart();
            moves.set(at, move.started(effect, to.id(), now, out, out));
            return looksAgain(now);
        }
        step.order(
                effect,
                run.host(),
                new Effect.MoveVm(
                        vm.id(),
                        run.host(),
                        to.id(),
                        to.facts().address(),
                        vm.intent().maxPause(),
                        vm.intent().postCopy(),
                        run.policy().move()));
        DrainNotes.started(step, run, world, vm, to);
        moves.set(at, move.started(effect, to.id(), now, stop, forecast == null ? null : forecast.total()));
        return looksAgain(now);
    }
}
