package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRunState.Draining;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.core.placement.Placement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Empties a host. Each event first changes the moves it is about; then the moves are held against what is really on the
 * host, because VMs come, go and move by other hands; then at most one new move is started, and the run wakes at once
 * when more could start. A VM that can't be moved keeps running where it is, and the run ends without touching the host.
 */
final class Drain {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final HostRun run;
    private final World world;
    private final Instant now;
    private final Draining before;
    private final List<Move> moves;
    private final DrainSight sight;
    private final Step.Builder step = new Step.Builder();
    private @Nullable Refusal stopping;
    private boolean mayStart = true;
    private int ordered;
    private int moved;
    private int lost;

    private Drain(HostRun run, Draining state, World world) {
        this.run = run;
        this.world = world;
        this.now = world.now();
        this.before = state;
        this.moves = new ArrayList<>(state.moves());
        this.sight = new DrainSight(run, world, moves);
        this.stopping = state.stopping();
    }

    static Step on(HostRun run, Draining state, RunEvent event, World world) {
        Drain drain = new Drain(run, state, world);
        return switch (event) {
            case RunEvent.EffectEnded e -> drain.onEnded(e);
            case RunEvent.CancelOrdered c -> drain.stop(HostRunDecider.cancelled(c));
            case RunEvent.HoldRefused h -> drain.onHoldRefused(h);
            case RunEvent.TimerFired t -> drain.look();
            case RunEvent.HostObserved o -> drain.onObserved();
            case RunEvent.ResolveOrdered r -> Step.ignore(run);
            case RunEvent.RunOrdered o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> Step.ignore(run);
        };
    }

    private Step onEnded(RunEvent.EffectEnded ended) {
        int at = sight.indexOf(ended.effect());
        if (at < 0) {
            return Step.ignore(run);
        }
        Move move = moves.get(at);
        switch (ended.outcome()) {
            case Outcome.Moved m -> {
                moves.set(at, move.becomes(Move.Status.MOVED, now, null));
                moved++;
                DrainNotes.moved(step, run, world, move, m);
            }
            case Outcome.Failed f -> onFailed(at, move, f);
            case Outcome.Unknown u -> {
                moves.set(at, move.becomes(Move.Status.UNSURE, now, u.why()));
                return PersonAsked.askPerson(step, at(draining(now)), u.why(), world);
            }
            case Outcome.Changed c -> {
                return Step.ignore(run);
            }
            case Outcome.Stopped s -> {
                return Step.ignore(run);
            }
            case Outcome.Acted a -> {
                return Step.ignore(run);
            }
            case Outcome.Started s -> {
                // The VM that had died runs again by its owner's wish; now it can be moved like any other.
                moves.set(at, move.waits(now, now, move.why()));
                step.notice(Ending.warning(run, world, "VmRestarted", "VM " + move.name() + " was started again"));
            }
        }
        sight.scopes(move.vm()).forEach(step::release);
        mayStart = false; // a step that asks for a hold may be refused, and this one brings an outcome
        return look();
    }

    private void onFailed(int at, Move move, Outcome.Failed failed) {
        Refusal why = failed.why().with("vm", move.vm().value());
        if (failed.aftermath() == Outcome.Aftermath.VM_DEAD && run.host().equals(move.to())) {
            // The start of a VM that had died: its loss is counted, and its owner is told that it stays down.
            moves.set(at, move.becomes(Move.Status.GONE, now, why));
            step.notice(Ending.alarm(run, world, "StartFailed", why));
        } else if (failed.aftermath() == Outcome.Aftermath.VM_DEAD) {
            lost++;
            moves.set(at, move.becomes(Move.Status.GONE, now, why));
            step.notice(Ending.alarm(run, world, "VmDied", why));
            if (sight.isToBeRestarted(move.vm())) {
                EffectId effect = nextEffect();
                step.order(effect, run.host(), new Effect.StartVm(move.vm()));
                moves.set(at, move.started(effect, run.host(), now, null, null));
            }
        } else if (failed.retryable() && move.attempts() < run.policy().moveAttempts()) {
            moves.set(at, move.waits(now.plus(RETRY_AFTER.multipliedBy(move.attempts())), now, why));
            step.notice(Ending.notice(run, world, Notice.Level.WARNING, "MoveFailed", why.why(), why));
        } else {
            moves.set(at, move.becomes(Move.Status.STUCK, now, why));
            step.notice(Ending.notice(run, world, Notice.Level.WARNING, "VmStuck", why.why(), why));
        }
    }

    private Step stop(Refusal why) {
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

    private Step onHoldRefused(RunEvent.HoldRefused refused) {
        // The step that asked was not committed, nor was what it saw: look once more, so that the VM is there to wait.
        world.fleet().host(run.host()).filter(Host::reachable).ifPresent(host -> sight.reconcile(host.observedAt()));
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            if (sight.scopes(move.vm()).contains(refused.hold().scope()) && move.status() == Move.Status.PENDING) {
                moves.set(i, move.waits(now.plus(RETRY_AFTER), now, refused.why()));
            }
        }
        return step.to(at(draining(now.plus(DrainPatience.LOOK_AGAIN))));
    }

    /** An observation that changes nothing is not worth a commit: the timer stands. */
    private Step onObserved() {
        Step looked = look();
        boolean same = looked.next() instanceof HostRun next
                && next.state() instanceof Draining after
                && after.moves().equals(before.moves())
                && Objects.equals(after.stopping(), before.stopping())
                && looked.equals(Step.ignore(next));
        return same ? Step.ignore(run) : looked;
    }

    /** Holds the moves against what is on the host and does the next thing. */
    private Step look() {
        Optional<Host> host = world.fleet().host(run.host());
        boolean seen = host.isPresent() && host.get().reachable();
        if (seen) {
            sight.reconcile(host.get().observedAt());
        }
        if (stopping == null && !now.isBefore(before.limit())) {
            stopping = DrainNotes.tooLong(run);
            abortMoves();
        }
        Optional<Move> unsure =
                moves.stream().filter(m -> m.status() == Move.Status.UNSURE).findFirst();
        if (unsure.isPresent() && unsure.get().why() != null) {
            return PersonAsked.askPerson(step, at(draining(now)), unsure.get().why(), world);
        }
        boolean underWay = moves.stream().anyMatch(m -> m.status() == Move.Status.MOVING);
        if (stopping != null) {
            return underWay
                    ? overdueOrWait()
                    : Ending.end(step, counted(), Ending.outcomeOf(stopping), stopping, world);
        }
        if (!seen) {
            return underWay ? overdueOrWait() : step.to(at(draining(now.plus(DrainPatience.LOOK_AGAIN))));
        }
        sight.markUnmovable();
        boolean allSettled = moves.stream().allMatch(m -> m.status().settled());
        if (!mayStart && !allSettled) {
            return step.to(at(draining(now)));
        }
        boolean inVain = run.purpose() instanceof Purpose.UpdateHost
                && moves.stream().anyMatch(m -> m.status() == Move.Status.STUCK);
        if (allSettled || (inVain && !underWay)) {
            return settled(host.get());
        }
        return inVain ? overdueOrWait() : startNext().orElseGet(this::overdueOrWait);
    }

    private Step settled(Host host) {
        if (moves.stream().anyMatch(m -> m.status() == Move.Status.STUCK)) {
            return Ending.end(step, counted(), RunOutcome.REFUSED, DrainNotes.stuck(run, moves), world);
        }
        if (run.purpose() instanceof Purpose.MoveOne && run.moved() + moved > 0) {
            return HostRunDecider.drained(counted(), world, step);
        }
        // An observation from before this drain began says nothing about who has come since.
        Instant began = before.limit().minus(run.policy().drain());
        Instant lastChange = moves.stream().map(Move::at).reduce(began, (a, b) -> a.isAfter(b) ? a : b);
        if (!host.observedAt().isAfter(lastChange)) {
            return step.to(at(draining(now.plus(DrainPatience.LOOK_AGAIN))));
        }
        if (run.purpose() instanceof Purpose.MoveOne one) {
            Refusal why = DrainNotes.notHere(run, one, moves);
            return Ending.end(step, counted(), RunOutcome.REFUSED, why, world);
        }
        List<Vm> staying = sight.staying();
        if (staying.isEmpty()) {
            return HostRunDecider.drained(counted(), world, step);
        }
        return mayStart ? Stops.begin(step, at(draining(now)), staying, world) : step.to(at(draining(now)));
    }

    private Optional<Step> startNext() {
        if (moves.stream().filter(m -> m.status() == Move.Status.MOVING).count()
                >= run.policy().parallelMoves()) {
            return Optional.empty();
        }
        for (Vm vm : sight.startable()) {
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
        boolean roomMayCome = moves.stream().anyMatch(m -> m.status() == Move.Status.MOVING);
        if (!roomMayCome && move.attempts() + 1 >= run.policy().moveAttempts()) {
            moves.set(at, move.becomes(Move.Status.STUCK, now, why));
        } else {
            moves.set(at, move.findsNoRoom(now.plus(RETRY_AFTER), now, why));
        }
        return step.to(at(draining(now)));
    }

    private Step start(int at, Move move, Vm vm, Host to) {
        Host from = world.fleet().hosts().get(run.host());
        VmForecast forecast = from == null ? null : world.pauses().move(vm, from, to);
        Duration stop = forecast != null && forecast.impact() instanceof Impact.Pause p ? p.expected() : null;
        EffectId effect = nextEffect();
        sight.scopes(vm.id()).forEach(scope -> step.acquire(new Hold(scope, 1)));
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
        return step.to(at(draining(now)));
    }

    /** Waits for moves under way, or shows them to a person. */
    private Step overdueOrWait() {
        DrainPatience patience = new DrainPatience(run, before, moves, world);
        return patience.exhausted()
                .map(why -> PersonAsked.askPerson(step, at(draining(now)), why, world))
                .orElseGet(() -> step.to(at(draining(patience.nextLook()))));
    }

    private Draining draining(Instant lookAt) {
        return new Draining(moves, lookAt, before.limit(), stopping);
    }

    private HostRun at(Draining state) {
        HostRun next = counted().in(state);
        for (int i = 0; i < ordered; i++) {
            next = next.ordering(state);
        }
        return next;
    }

    private HostRun counted() {
        return run.counting(moved, lost);
    }

    private EffectId nextEffect() {
        ordered++;
        return new EffectId(run.id().value() + "/" + (run.effects() + ordered));
    }
}
