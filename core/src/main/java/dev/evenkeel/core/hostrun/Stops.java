package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.hostrun.HostRunState.Stopping;
import dev.evenkeel.core.hostrun.Restart.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks the guests that stay to go down, all at once, because each of them waits for the last. One that does not go down
 * is never destroyed: the run gives up, and those that have gone down are started again.
 */
final class Stops {
    /** The code of an agent that found the VM not running: its owner was there first, and nothing is in the way. */
    static final String NOT_RUNNING = "NOT_RUNNING";

    private Stops() {}

    /** @param vms that can't be moved and whose owners consent, by the last observation */
    static Step begin(Step.Builder step, HostRun run, List<Vm> vms, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        HostRun next = run;
        List<Restart> restarts = new ArrayList<>(run.restarts());
        for (Vm vm : vms) {
            EffectId effect = next.nextEffect();
            DrainSight.scopes(vm).forEach(scope -> step.acquire(new Hold(scope, 1)));
            step.order(
                    effect,
                    run.host(),
                    new Effect.StopVm(
                            vm.id(),
                            run.policy().stop(),
                            update.update(),
                            update.method(),
                            run.offer(vm.id()).map(Offer::agreed).orElse(null)));
            restarts.add(
                    Restart.stopping(vm, effect, world.now(), world.pauses().restart()));
            step.notice(Ending.info(
                    run,
                    world,
                    "VmStopping",
                    "VM " + vm.name() + " can't be moved; it is shut down by its owner's consent"));
            next = next.ordered();
        }
        Instant limit = world.now().plus(run.policy().stop()).plus(run.policy().change());
        return step.to(next.restarting(restarts).in(new Stopping(limit, null)));
    }

    static Step on(HostRun run, Stopping state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.EffectEnded e -> onEnded(run, state, e, world);
            case RunEvent.CancelOrdered c ->
                state.giveUp() != null
                        ? Step.ignore(run)
                        : next(run, new Stopping(state.limit(), HostRunDecider.cancelled(c)), world);
            case RunEvent.TimerFired t -> overdue(run, state, world);
            case RunEvent.ResolveOrdered r -> Step.ignore(run);
            case RunEvent.HostObserved o -> Step.ignore(run);
            case RunEvent.HoldRefused h -> Step.ignore(run);
            case RunEvent.RunOrdered o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> Step.ignore(run);
            case RunEvent.NoticeApproved a -> Step.ignore(run);
            case RunEvent.OwnerChose c -> Step.ignore(run);
            case RunEvent.OwnersAsked a -> Step.ignore(run);
        };
    }

    private static Step onEnded(HostRun run, Stopping state, RunEvent.EffectEnded ended, World world) {
        int at = indexOf(run, ended.effect());
        if (at < 0) {
            return Step.ignore(run);
        }
        Restart restart = run.restarts().get(at);
        Restart now = after(restart, ended.outcome(), run, world.now());
        if (now.equals(restart)) {
            return Step.ignore(run);
        }
        Refusal giveUp = state.giveUp();
        if (giveUp == null
                && ended.outcome() instanceof Outcome.Failed f
                && !f.why().code().equals(NOT_RUNNING)) {
            giveUp = Refusal.of(
                            "STOP_FAILED",
                            "VM " + restart.name() + " was not stopped: "
                                    + f.why().why())
                    .with(restart.name(), f.why().code() + ": " + f.why().why());
        }
        return next(with(run, at, now), new Stopping(state.limit(), giveUp), world);
    }

    /** A restart in the light of what became of its stop; the same when that says nothing. */
    static Restart after(Restart restart, Outcome outcome, HostRun run, Instant now) {
        return switch (outcome) {
            case Outcome.Stopped s -> restart.stopped(s.askedAt(), now);
            case Outcome.Failed f ->
                f.aftermath() == Outcome.Aftermath.UNCHANGED
                        ? restart.becomes(Status.LEFT, now, now, f.why())
                        : restart.becomes(
                                Status.LINGERING, now, now.plus(run.policy().stop()), f.why());
            case Outcome.Unknown u -> restart.becomes(Status.UNSURE, now, now, u.why());
            case Outcome.Moved m -> restart;
            case Outcome.Switched w -> restart;
            case Outcome.Changed c -> restart;
            case Outcome.Started s -> restart;
            case Outcome.Acted a -> restart;
        };
    }

    private static Step next(HostRun run, Stopping state, World world) {
        HostRun here = run.in(state);
        for (Restart restart : run.restarts()) {
            if (restart.status() == Status.UNSURE && restart.why() != null) {
                return PersonAsked.askPerson(here, restart.why().with("vm", restart.name()), world);
            }
        }
        if (run.restarts().stream().anyMatch(r -> r.status() == Status.STOPPING)) {
            return new Step.Builder().to(here);
        }
        Refusal giveUp = state.giveUp();
        if (giveUp == null) {
            return Changing.apply(new Step.Builder(), here, world);
        }
        return Ending.end(here, Ending.outcomeOf(giveUp), giveUp, world);
    }

    private static Step overdue(HostRun run, Stopping state, World world) {
        return world.now().isBefore(state.limit())
                ? Step.ignore(run)
                : run.restarts().stream()
                        .filter(r -> r.status() == Status.STOPPING)
                        .findFirst()
                        .map(r -> PersonAsked.askPerson(
                                run,
                                PersonAsked.overdue(run, r.effect(), state.limit())
                                        .with("vm", r.name()),
                                world))
                        .orElseGet(() -> next(run, state, world));
    }

    private static int indexOf(HostRun run, EffectId effect) {
        for (int i = 0; i < run.restarts().size(); i++) {
            Restart restart = run.restarts().get(i);
            if (restart.effect().equals(effect)
                    && (restart.status() == Status.STOPPING || restart.status() == Status.UNSURE)) {
                return i;
            }
        }
        return -1;
    }

    static HostRun with(HostRun run, int at, Restart next) {
        List<Restart> restarts = new ArrayList<>(run.restarts());
        restarts.set(at, next);
        return run.restarting(restarts);
    }
}
