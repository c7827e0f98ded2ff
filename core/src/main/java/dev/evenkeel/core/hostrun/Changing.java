package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.HostRunState.Applying;
import dev.evenkeel.core.hostrun.HostRunState.Draining;
import dev.evenkeel.core.hostrun.HostRunState.Undoing;
import dev.evenkeel.core.hostrun.HostRunState.Verifying;
import dev.evenkeel.core.update.Update;
import java.time.Instant;
import java.util.List;

/** Brings the update onto the host, proves it, and brings back what was there before. */
final class Changing {
    /** An agent's word for a kernel that it does not remove, because it runs. */
    static final String KERNEL_RUNS = "KERNEL_RUNS";

    private Changing() {}

    /** No VM lives on the host any more that can't stay. */
    static Step apply(Step.Builder step, HostRun run, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        step.order(effect, run.host(), new Effect.ApplyUpdate(update.update(), update.method()));
        step.notice(Ending.info(
                run,
                world,
                run.preserves() || run.patches() ? "HostReady" : "HostEmptied",
                ready(run) + "; applying " + update.update()));
        return step.to(
                run.ordering(new Applying(effect, world.now().plus(run.policy().change()), null)));
    }

    private static String ready(HostRun run) {
        if (run.patches()) {
            return "every VM on host " + run.host() + " runs on";
        }
        return run.preserves()
                ? "every VM left on host " + run.host() + " can keep its memory"
                : "host " + run.host() + " is empty";
    }

    static Step onApplying(HostRun run, Applying state, RunEvent event, World world) {
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
                    case Outcome.Failed f -> undoApplied(run, f.why(), world);
                    case Outcome.Unknown u -> PersonAsked.askPerson(run, u.why(), world);
                    case Outcome.Changed c when run.patches() -> patched(run, state, c, world);
                    case Outcome.Changed c when state.cancel() != null -> undoApplied(run, state.cancel(), world);
                    case Outcome.Changed c when run.preservesVmms() -> handOver(run, c, world);
                    case Outcome.Changed c when run.preservesKernel() -> Switches.begin(run, null, world);
                    case Outcome.Changed c -> verify(new Step.Builder(), run, world);
                    case Outcome.Moved m -> Step.ignore(run);
                    case Outcome.Switched w -> Step.ignore(run);
                    case Outcome.Stopped s -> Step.ignore(run);
                    case Outcome.Started s -> Step.ignore(run);
                    case Outcome.Acted a -> Step.ignore(run);
                };
            case RunEvent.CancelOrdered c ->
                new Step.Builder().to(run.in(new Applying(state.effect(), state.limit(), HostRunDecider.cancelled(c))));
            default -> overdueOrIgnore(run, state.effect(), state.limit(), event, world);
        };
    }

    private static Step patched(HostRun run, Applying state, Outcome.Changed changed, World world) {
        Step.Builder step = new Step.Builder();
        HostRun next = HotPatches.felt(step, run, state.effect(), changed, world);
        return state.cancel() == null ? verify(step, next, world) : undo(step, next, state.cancel(), world);
    }

    /** A host whose fresh VMs would not run what the update brings hands nothing over to it. */
    private static Step handOver(HostRun run, Outcome.Changed changed, World world) {
        Update update = world.update(((Purpose.UpdateHost) run.purpose()).update());
        return update.isOn(changed.after())
                ? HandOvers.begin(new Step.Builder(), run, null, world)
                : undo(
                        run,
                        Refusal.of(
                                "NOT_SEEN",
                                update.id() + " is installed on " + run.host() + ", but a fresh VM runs "
                                        + changed.after()),
                        world);
    }

    static Step verify(Step.Builder step, HostRun run, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        return step.order(effect, run.host(), new Effect.VerifyUpdate(update.update()))
                .notice(Ending.info(
                        run,
                        world,
                        "UpdateApplied",
                        update.update() + " is installed on " + run.host() + "; verifying what runs"))
                .to(run.ordering(
                        new Verifying(effect, world.now().plus(run.policy().change()), null)));
    }

    static Step onVerifying(HostRun run, Verifying state, RunEvent event, World world) {
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
                    case Outcome.Switched w -> Step.ignore(run);
                    case Outcome.Stopped s -> Step.ignore(run);
                    case Outcome.Started s -> Step.ignore(run);
                    case Outcome.Acted a -> Step.ignore(run);
                };
            case RunEvent.CancelOrdered c ->
                new Step.Builder()
                        .to(run.in(new Verifying(state.effect(), state.limit(), HostRunDecider.cancelled(c))));
            default -> overdueOrIgnore(run, state.effect(), state.limit(), event, world);
        };
    }

    /** VMs that stay on the host are first made ready for what ran before. */
    static Step undo(HostRun run, Refusal why, World world) {
        if (run.preservesVmms()) {
            return HandOvers.setAside(new Step.Builder(), run, why, world);
        }
        return run.preservesKernel() ? Switches.begin(run, why, world) : undo(new Step.Builder(), run, why, world);
    }

    /** No VM has come to what the update brings yet: another kernel was not started. */
    private static Step undoApplied(HostRun run, Refusal why, World world) {
        return run.preservesKernel() ? undo(new Step.Builder(), run, why, world) : undo(run, why, world);
    }

    static Step undo(Step.Builder step, HostRun run, Refusal why, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        return step.order(effect, run.host(), new Effect.UndoUpdate(update.update(), update.method()))
                .notice(Ending.notice(
                        run,
                        world,
                        run.takesBack() ? Notice.Level.INFO : Notice.Level.WARNING,
                        "UndoStarted",
                        "bringing " + run.host() + " back: " + why.why(),
                        null))
                .to(run.ordering(
                        new Undoing(effect, world.now().plus(run.policy().change()), why)));
    }

    static Step onUndoing(HostRun run, Undoing state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.EffectEnded e
            when e.effect().equals(state.effect()) ->
                switch (e.outcome()) {
                    case Outcome.Changed c
                    when run.preservesVmms() -> HandOvers.begin(new Step.Builder(), run, state.why(), world);
                    case Outcome.Changed c -> {
                        Step.Builder step = new Step.Builder();
                        yield undone(step, HotPatches.felt(step, run, state.effect(), c, world), state.why(), world);
                    }
                    case Outcome.Failed f
                    when run.takesBack() && f.aftermath() == Outcome.Aftermath.UNCHANGED ->
                        Ending.end(run, RunOutcome.REFUSED, f.why(), world);
                    case Outcome.Failed f
                    when run.preservesKernel()
                            && f.why().code().equals(KERNEL_RUNS)
                            && !state.why().evidence().containsKey(KERNEL_RUNS) ->
                        // The host has lost its power, and came back with the kernel that is to go.
                        Switches.begin(
                                run, state.why().with(KERNEL_RUNS, f.why().why()), world);
                    case Outcome.Failed f ->
                        PersonAsked.askPerson(
                                run, f.why().with("undoing", state.why().why()), world);
                    case Outcome.Unknown u -> PersonAsked.askPerson(run, u.why(), world);
                    case Outcome.Moved m -> Step.ignore(run);
                    case Outcome.Switched w -> Step.ignore(run);
                    case Outcome.Stopped s -> Step.ignore(run);
                    case Outcome.Started s -> Step.ignore(run);
                    case Outcome.Acted a -> Step.ignore(run);
                };
            default -> overdueOrIgnore(run, state.effect(), state.limit(), event, world);
        };
    }

    static Step undone(Step.Builder step, HostRun run, Refusal why, World world) {
        return switch (why.code()) {
            case HotPatches.TAKEN_BACK -> Ending.end(step, run, RunOutcome.DONE, null, world);
            case "CANCELLED" -> Ending.end(step, run, RunOutcome.CANCELLED, why, world);
            default -> Ending.end(step, run, RunOutcome.UNDONE, why, world);
        };
    }

    private static Step overdueOrIgnore(HostRun run, EffectId effect, Instant limit, RunEvent event, World world) {
        return event instanceof RunEvent.TimerFired && !world.now().isBefore(limit)
                ? PersonAsked.askPerson(run, PersonAsked.overdue(run, effect, limit), world)
                : Step.ignore(run);
    }
}
