package dev.evenkeel.core.hostrun;

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
import dev.evenkeel.core.hostrun.HostRunState.HandingOver;
import dev.evenkeel.core.hostrun.HostRunState.NeedsPerson;
import dev.evenkeel.core.hostrun.HostRunState.Reserving;
import dev.evenkeel.core.hostrun.HostRunState.Starting;
import dev.evenkeel.core.hostrun.HostRunState.Stopping;
import dev.evenkeel.core.hostrun.HostRunState.Switching;
import dev.evenkeel.core.hostrun.HostRunState.Undoing;
import dev.evenkeel.core.hostrun.HostRunState.Verifying;
import dev.evenkeel.core.update.Update;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Advances one host through maintenance. Pure: same inputs, same step. */
public final class HostRunDecider {
    /** How long a run waits before it tries again to get a budget. */
    static final Duration HOLD_RETRY = Duration.ofSeconds(5);

    /** How often a run that its rollout holds back looks again; it is told besides when the rollout goes on. */
    private static final Duration HELD_BACK = Duration.ofMinutes(1);

    private HostRunDecider() {}

    public static Step decide(HostRun run, RunEvent event, World world) {
        Step step = inState(run, event, world);
        return step.ledger().isEmpty() || run.announcements().isEmpty()
                ? step
                : step.with(step.ledger().stream()
                        .map(row -> run.announcement(row.vm())
                                .map(told -> row.withTold(told.lasts()))
                                .orElse(row))
                        .toList());
    }

    private static Step inState(HostRun run, RunEvent event, World world) {
        return switch (run.state()) {
            case Reserving r -> onReserving(run, r, event, world);
            case HostRunState.Offering o -> Offering.on(run, o, event, world);
            case HostRunState.Announcing a -> Announcing.on(run, a, event, world);
            case Draining d -> Drain.on(run, d, event, world);
            case Stopping s -> Stops.on(run, s, event, world);
            case Applying a -> Changing.onApplying(run, a, event, world);
            case HandingOver h -> HandOvers.on(run, h, event, world);
            case Switching s -> Switches.on(run, s, event, world);
            case Verifying v -> Changing.onVerifying(run, v, event, world);
            case Undoing u -> Changing.onUndoing(run, u, event, world);
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
            case Outcome.Switched s -> Switches.leftBehind(run, s);
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
            case RunEvent.OwnerChose c -> Step.ignore(run);
            case RunEvent.OwnersAsked a -> Step.ignore(run);
            case RunEvent.NoticeApproved a -> new Step.Builder().to(Announcing.approve(run, a));
            case RunEvent.EffectEnded e -> Step.ignore(run);
            case RunEvent.HostObserved o -> Step.ignore(run);
            case RunEvent.HostRunEnded e -> Step.ignore(run);
            case RunEvent.PauseOrdered p -> Step.ignore(run);
            case RunEvent.ResumeOrdered r -> reserve(run, world);
        };
    }

    /**
     * Looks at the host, tells its VMs, and takes the holds once all have had their notice. A rollout that stands still
     * holds it back: what was told or chosen stands, nobody else is told, and nothing begins.
     */
    static Step reserve(HostRun asIs, World world) {
        if (world.heldBack(asIs.rollout()) != null) {
            return new Step.Builder().to(asIs.in(heldBack(asIs, world.now().plus(HELD_BACK))));
        }
        Host host = world.fleet().hosts().get(asIs.host());
        if (host == null) {
            return Ending.end(
                    asIs,
                    RunOutcome.REFUSED,
                    Refusal.of("NO_SUCH_HOST", "host " + asIs.host() + " is not in the fleet; see evenkeel host ls"),
                    world);
        }
        HostRun offering = Offering.offering(asIs, host, world);
        HostRun run = Announcing.telling(Offering.agreed(offering), host, world);
        if (run.purpose() instanceof Purpose.UpdateHost update) {
            Update wanted = world.update(update.update());
            if (run.takesBack() && !wanted.isPatchedIn(host.facts().versions())) {
                return Ending.end(run, RunOutcome.DONE, Refusal.of("ALREADY_OFF", "the host does not have it"), world);
            }
            if (!run.takesBack() && wanted.isAllOver(host, world.fleet())) {
                return Ending.end(run, RunOutcome.DONE, Refusal.of("ALREADY_ON", "the host runs it already"), world);
            }
        }
        Optional<Refusal> exempt = Exempt.onHost(run, world);
        if (exempt.isPresent()) {
            return Ending.end(run, RunOutcome.REFUSED, exempt.get(), world);
        }
        Optional<Step> waits = Offering.before(offering, world)
                .or(() -> Announcing.before(run, world))
                .or(() -> Turns.before(run, host, world));
        if (waits.isPresent()) {
            return waits.get();
        }
        Step.Builder step = new Step.Builder();
        run.holds().forEach(step::acquire);
        step.notice(Ending.info(run, world, "HostRunStarted", run.purpose().phrase() + " of host " + run.host()));
        if (run.patches()) {
            return HotPatches.begin(step, run, world);
        }
        Draining draining = new Draining(
                List.of(), world.now(), world.now().plus(run.policy().drain()), null);
        return step.to(run.in(draining));
    }

    private static HostRunState heldBack(HostRun run, Instant lookAt) {
        return switch (run.state()) {
            case HostRunState.Offering o -> new HostRunState.Offering(lookAt);
            case HostRunState.Announcing a -> new HostRunState.Announcing(lookAt, a.since());
            default -> new Reserving(lookAt, lookAt.plus(run.policy().reserve()));
        };
    }

    /** Holds that it wants are taken by others: it waits for them anew. */
    static Step waitsForHolds(HostRun run, World world) {
        Instant now = world.now();
        return new Step.Builder()
                .to(run.in(new Reserving(
                        now.plus(HOLD_RETRY), now.plus(run.policy().reserve()))));
    }

    /** The host is empty: what comes next depends on what the run is for. */
    static Step drained(HostRun run, World world, Step.Builder step) {
        return switch (run.purpose()) {
            case Purpose.UpdateHost update -> Changing.apply(step, run, world);
            case Purpose.Evacuate e -> Ending.end(step, run, RunOutcome.DONE, null, world);
            case Purpose.OneVm o -> Ending.end(step, run, RunOutcome.DONE, null, world);
        };
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
