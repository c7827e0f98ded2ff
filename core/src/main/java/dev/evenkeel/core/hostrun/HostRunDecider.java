package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.HostRunState.Applying;
import dev.evenkeel.core.hostrun.HostRunState.Draining;
import dev.evenkeel.core.hostrun.HostRunState.Ended;
import dev.evenkeel.core.hostrun.HostRunState.NeedsPerson;
import dev.evenkeel.core.hostrun.HostRunState.Reserving;
import dev.evenkeel.core.hostrun.HostRunState.Starting;
import dev.evenkeel.core.hostrun.HostRunState.Stopping;
import dev.evenkeel.core.hostrun.HostRunState.Undoing;
import dev.evenkeel.core.hostrun.HostRunState.Verifying;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Advances one host through maintenance. Pure: same inputs, same step. */
public final class HostRunDecider {
    /** How long a run waits before it tries again to get a budget. */
    static final Duration HOLD_RETRY = Duration.ofSeconds(5);

    private HostRunDecider() {}

    public static Step decide(HostRun run, RunEvent event, World world) {
        return switch (run.state()) {
            case Reserving r -> onReserving(run, r, event, world);
            case Draining d -> Drain.on(run, d, event, world);
            case Stopping s -> Stops.on(run, s, event, world);
            case Applying a -> onApplying(run, a, event, world);
            case Verifying v -> onVerifying(run, v, event, world);
            case Undoing u -> onUndoing(run, u, event, world);
            case Starting s -> Starts.on(run, s, event, world);
            case NeedsPerson p -> PersonAsked.on(run, p, event, world);
            case Ended e -> afterEnd(run, event, world);
        };
    }

    /** Late events are normal and change nothing; but what an order left behind is told, for nobody else will. */
    private static Step afterEnd(HostRun run, RunEvent event, World world) {
        if (!(event instanceof RunEvent.EffectEnded ended)) {
            return Step.ignore(run);
        }
        Refusal left = switch (ended.outcome()) {
            case Outcome.Unknown u -> u.why();
            case Outcome.Failed f -> f.aftermath() == Outcome.Aftermath.UNCHANGED ? null : f.why();
            case Outcome.Changed c -> null;
            case Outcome.Stopped s ->
                Refusal.of(
                        "LEFT_DOWN", "a VM of host " + run.host() + " went down after run " + run.id() + " was closed");
            case Outcome.Moved m -> null;
            case Outcome.Started s -> null;
            case Outcome.Acted a -> null;
        };
        return left == null
                ? Step.ignore(run)
                : new Step.Builder()
                        .notice(Ending.alarm(run, world, "LeftBehind", left))
                        .to(run);
    }

    private static Step onReserving(HostRun run, Reserving state, RunEvent event, World world) {
        Instant now = world.now();
        return switch (event) {
            case RunEvent.RunOrdered o -> reserve(run, world);
            case RunEvent.TimerFired t -> now.isBefore(state.retryAt()) ? Step.ignore(run) : reserve(run, world);
            case RunEvent.HoldRefused refused ->
                now.isBefore(state.limit())
                        ? new Step.Builder().to(run.in(new Reserving(now.plus(HOLD_RETRY), state.limit())))
                        : Ending.end(run, RunOutcome.REFUSED, refused.why(), world);
            case RunEvent.CancelOrdered c -> Ending.end(run, RunOutcome.CANCELLED, cancelled(c), world);
            case RunEvent.ResolveOrdered r -> Ending.end(run, r.as(), resolved(r), world);
            case RunEvent.EffectEnded e -> Step.ignore(run);
            case RunEvent.HostObserved o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> Step.ignore(run);
        };
    }

    private static Step reserve(HostRun run, World world) {
        Host host = world.fleet().hosts().get(run.host());
        if (host == null) {
            return Ending.end(
                    run,
                    RunOutcome.REFUSED,
                    Refusal.of("NO_SUCH_HOST", "host " + run.host() + " is not in the fleet; see evenkeel host ls"),
                    world);
        }
        if (run.purpose() instanceof Purpose.UpdateHost update
                && world.update(update.update()).isOn(host.facts())) {
            return Ending.end(run, RunOutcome.DONE, Refusal.of("ALREADY_ON", "the host runs it already"), world);
        }
        Step.Builder step = new Step.Builder();
        run.holds().forEach(step::acquire);
        step.notice(Ending.info(run, world, "HostRunStarted", run.purpose().phrase() + " of host " + run.host()));
        Draining draining = new Draining(
                List.of(), world.now(), world.now().plus(run.policy().drain()), null);
        return step.to(run.in(draining));
    }

    /** The host is empty: what comes next depends on what the run is for. */
    static Step drained(HostRun run, World world, Step.Builder step) {
        return switch (run.purpose()) {
            case Purpose.UpdateHost update -> apply(step, run, world);
            case Purpose.Evacuate e -> Ending.end(step, run, RunOutcome.DONE, null, world);
            case Purpose.MoveOne m -> Ending.end(step, run, RunOutcome.DONE, null, world);
        };
    }

    /** No VM lives on the host any more. */
    static Step apply(Step.Builder step, HostRun run, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        step.order(effect, run.host(), new Effect.ApplyUpdate(update.update(), update.method()));
        step.notice(Ending.info(
                run, world, "HostEmptied", "host " + run.host() + " is empty; applying " + update.update()));
        return step.to(
                run.ordering(new Applying(effect, world.now().plus(run.policy().change()), null)));
    }

    private static Step onApplying(HostRun run, Applying state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.EffectEnded e
            when e.effect().equals(state.effect()) ->
                switch (e.outcome()) {
                    case Outcome.Failed f
                    when f.why().code().equals("HOST_NOT_EMPTY") && state.cancel() == null && !Starts.owes(run) ->
                        // Somebody started or moved a VM here between the last look and the order: empty it again.
                        // Where
                        // VMs are down for us they come first, and the run ends.
                        new Step.Builder()
                                .notice(Ending.warning(
                                        run, world, "HostFilledAgain", f.why().why()))
                                .to(run.in(new Draining(
                                        List.of(),
                                        world.now(),
                                        world.now().plus(run.policy().drain()),
                                        null)));
                    case Outcome.Failed f
                    when f.aftermath() == Outcome.Aftermath.UNCHANGED ->
                        Ending.end(
                                run,
                                state.cancel() == null ? RunOutcome.REFUSED : RunOutcome.CANCELLED,
                                f.why(),
                                world);
                    case Outcome.Failed f -> undo(run, f.why(), world);
                    case Outcome.Unknown u -> PersonAsked.askPerson(run, u.why(), world);
                    case Outcome.Changed c ->
                        state.cancel() != null ? undo(run, state.cancel(), world) : verify(run, world);
                    case Outcome.Moved m -> Step.ignore(run);
                    case Outcome.Stopped s -> Step.ignore(run);
                    case Outcome.Started s -> Step.ignore(run);
                    case Outcome.Acted a -> Step.ignore(run);
                };
            case RunEvent.CancelOrdered c ->
                new Step.Builder().to(run.in(new Applying(state.effect(), state.limit(), cancelled(c))));
            default -> overdueOrIgnore(run, state.effect(), state.limit(), event, world);
        };
    }

    private static Step verify(HostRun run, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        return new Step.Builder()
                .order(effect, run.host(), new Effect.VerifyUpdate(update.update()))
                .notice(Ending.info(
                        run,
                        world,
                        "UpdateApplied",
                        update.update() + " is installed on " + run.host() + "; verifying what runs"))
                .to(run.ordering(
                        new Verifying(effect, world.now().plus(run.policy().change()), null)));
    }

    private static Step onVerifying(HostRun run, Verifying state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.EffectEnded e
            when e.effect().equals(state.effect()) ->
                switch (e.outcome()) {
                    case Outcome.Changed c ->
                        state.cancel() != null
                                ? undo(run, state.cancel(), world)
                                : Ending.end(Ending.verified(run, c, world), run, RunOutcome.DONE, null, world);
                    case Outcome.Failed f -> undo(run, f.why(), world);
                    case Outcome.Unknown u -> PersonAsked.askPerson(run, u.why(), world);
                    case Outcome.Moved m -> Step.ignore(run);
                    case Outcome.Stopped s -> Step.ignore(run);
                    case Outcome.Started s -> Step.ignore(run);
                    case Outcome.Acted a -> Step.ignore(run);
                };
            case RunEvent.CancelOrdered c ->
                new Step.Builder().to(run.in(new Verifying(state.effect(), state.limit(), cancelled(c))));
            default -> overdueOrIgnore(run, state.effect(), state.limit(), event, world);
        };
    }

    private static Step undo(HostRun run, Refusal why, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        return new Step.Builder()
                .order(effect, run.host(), new Effect.UndoUpdate(update.update(), update.method()))
                .notice(Ending.warning(run, world, "UndoStarted", "bringing " + run.host() + " back: " + why.why()))
                .to(run.ordering(
                        new Undoing(effect, world.now().plus(run.policy().change()), why)));
    }

    private static Step onUndoing(HostRun run, Undoing state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.EffectEnded e
            when e.effect().equals(state.effect()) ->
                switch (e.outcome()) {
                    case Outcome.Changed c ->
                        Ending.end(
                                run,
                                state.why().code().equals("CANCELLED") ? RunOutcome.CANCELLED : RunOutcome.UNDONE,
                                state.why(),
                                world);
                    case Outcome.Failed f ->
                        PersonAsked.askPerson(
                                run, f.why().with("undoing", state.why().why()), world);
                    case Outcome.Unknown u -> PersonAsked.askPerson(run, u.why(), world);
                    case Outcome.Moved m -> Step.ignore(run);
                    case Outcome.Stopped s -> Step.ignore(run);
                    case Outcome.Started s -> Step.ignore(run);
                    case Outcome.Acted a -> Step.ignore(run);
                };
            default -> overdueOrIgnore(run, state.effect(), state.limit(), event, world);
        };
    }

    private static Step overdueOrIgnore(HostRun run, EffectId effect, Instant limit, RunEvent event, World world) {
        return event instanceof RunEvent.TimerFired && !world.now().isBefore(limit)
                ? PersonAsked.askPerson(run, PersonAsked.overdue(run, effect, limit), world)
                : Step.ignore(run);
    }

    static Refusal cancelled(RunEvent.CancelOrdered cancel) {
        return Refusal.of("CANCELLED", "cancelled by " + cancel.by() + ": " + cancel.why())
                .with("by", cancel.by());
    }

    static Refusal resolved(RunEvent.ResolveOrdered resolve) {
        return Refusal.of("RESOLVED", "closed by " + resolve.by() + ": " + resolve.why())
                .with("by", resolve.by());
    }
}
