package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** What nobody can account for: a person is asked, the agent is asked again, and whoever answers first is heard. */
final class PersonAsked {
    /** How soon an agent is asked again about an effect that nobody can account for, and how late at most. */
    static final Duration ASK_AGAIN = Duration.ofMinutes(1);

    static final Duration ASK_AT_MOST = Duration.ofHours(1);

    /** An agent's word for a host that it won't change because VMs live there. */
    private static final String NOT_EMPTY = "HOST_NOT_EMPTY";

    /** The host was not empty, and the undo that was ordered anew has not been answered yet. */
    private static final String UNDO_TRIED_AGAIN = "UNDO_TRIED_AGAIN";

    private PersonAsked() {}

    static Refusal overdue(HostRun run, EffectId effect, Instant limit) {
        return Refusal.of(
                        "EFFECT_OVERDUE",
                        "the agent of " + run.host() + " has not said how " + effect + " ended; look at the host, then"
                                + " evenkeel run resolve " + run.id())
                .with("effect", effect.value())
                .with("limit", limit.toString());
    }

    /** Stops trying and asks a person, keeping all holds. */
    static Step askPerson(HostRun run, Refusal why, World world) {
        return askPerson(new Step.Builder(), run, why, world);
    }

    static Step askPerson(Step.Builder step, HostRun run, Refusal why, World world) {
        Refusal all = Starts.tellingWhatIsDown(run, why);
        return step.notice(Ending.alarm(run, world, "PersonNeeded", all))
                .to(run.in(asking(run.state(), all, world.now())));
    }

    /** Waits for a person and goes on from {@code state} once it is known how. */
    static NeedsPerson asking(HostRunState state, Refusal why, Instant now) {
        return new NeedsPerson(state, why, now, now.plus(ASK_AGAIN));
    }

    /**
     * A late answer resumes the run as if it had come in time; a cancel is remembered in the state to resume; otherwise
     * the agents are asked again, after a minute first and then ever less often.
     */
    static Step on(HostRun run, NeedsPerson state, RunEvent event, World world) {
        return switch (event) {
            case RunEvent.ResolveOrdered r -> resolve(run, state, r, world);
            case RunEvent.HostObserved o when isBack(run, state, world) -> goesOn(run, state, world);
            case RunEvent.TimerFired t ->
                isBack(run, state, world) ? goesOn(run, state, world) : askAgain(run, state, world);
            case RunEvent.HoldRefused h -> asksLater(run, state, world);
            case RunEvent.EffectEnded e when stillNotEmpty(state, e) -> stillNotEmpty(run, state, e);
            case RunEvent.EffectEnded e when saysTheSame(state, e) -> Step.ignore(run);
            case RunEvent.EffectEnded e
            when waitsFor(run, state.resume(), e) -> {
                Step step = HostRunDecider.decide(run.in(state.resume()), e, world);
                // What failed once more is no news to the person who was asked.
                boolean triedAgain = state.resume() instanceof Starting
                        || state.resume() instanceof HandingOver
                        || state.resume() instanceof Switching;
                yield triedAgain && step.next().needsPerson() ? asksStill(state, step, List.of()) : step;
            }
            case RunEvent.CancelOrdered c -> {
                Step step = HostRunDecider.decide(run.in(state.resume()), c, world);
                HostRun next = (HostRun) step.next();
                yield next.ended()
                                || next.needsPerson()
                                || !next.state()
                                        .getClass()
                                        .equals(state.resume().getClass())
                        ? step
                        : asksStill(state, step, step.notices());
            }
            default -> Step.ignore(run);
        };
    }

    /** What it would have tried again needs something that another run has. */
    private static Step asksLater(HostRun run, NeedsPerson state, World world) {
        return new Step.Builder()
                .to(run.in(new NeedsPerson(
                        state.resume(), state.why(), state.since(), world.now().plus(HostRunDecider.HOLD_RETRY))));
    }

    private static Step asksStill(NeedsPerson state, Step step, List<Notice> notices) {
        HostRun next = (HostRun) step.next();
        HostRunState resume = next.state() instanceof NeedsPerson p ? p.resume() : next.state();
        return new Step(
                next.in(new NeedsPerson(resume, state.why(), state.since(), state.askAt())),
                step.orders(),
                step.acquire(),
                step.release(),
                step.messages(),
                step.spawn(),
                step.ledger(),
                notices,
                step.withdraw());
    }

    /**
     * Who has looked has the last word: nothing else that is outstanding is wanted any more. VMs that the run stopped are
     * started all the same before it ends, if that was not tried yet.
     */
    private static Step resolve(HostRun run, NeedsPerson state, RunEvent.ResolveOrdered order, World world) {
        Refusal why = Starts.tellingWhatIsDown(run, HostRunDecider.resolved(order));
        return state.resume() instanceof Starting
                ? Ending.finish(new Step.Builder(), run, order.as(), why, world)
                : Homecoming.resolve(new Step.Builder().withdraw(), run, state.resume(), order, world);
    }

    /** A host that was silent is heard again, and no move is under way whose end its agent would tell. */
    private static boolean isBack(HostRun run, NeedsPerson state, World world) {
        return state.why().code().equals(DrainPatience.HOST_SILENT)
                && unaccounted(run, state.resume()).isEmpty()
                && world.fleet().host(run.host()).filter(Host::reachable).isPresent();
    }

    private static Step goesOn(HostRun run, NeedsPerson state, World world) {
        return HostRunDecider.decide(run.in(state.resume()), new RunEvent.TimerFired(), world);
    }

    /** An undo that failed once more for the reason that a person was asked for is no news. */
    private static boolean saysTheSame(NeedsPerson state, RunEvent.EffectEnded ended) {
        return state.resume() instanceof Undoing undoing
                && undoing.effect().equals(ended.effect())
                && ended.outcome() instanceof Outcome.Failed failed
                && failed.why().code().equals(state.why().code());
    }

    private static boolean stillNotEmpty(NeedsPerson state, RunEvent.EffectEnded ended) {
        return state.why().code().equals(UNDO_TRIED_AGAIN)
                && state.resume() instanceof Undoing undoing
                && undoing.effect().equals(ended.effect())
                && ended.outcome() instanceof Outcome.Failed failed
                && failed.why().code().equals(NOT_EMPTY);
    }

    /** Nobody is called anew; it is tried again the next time. */
    private static Step stillNotEmpty(HostRun run, NeedsPerson state, RunEvent.EffectEnded ended) {
        Refusal why = ended.outcome() instanceof Outcome.Failed failed ? failed.why() : state.why();
        return new Step.Builder().to(run.in(new NeedsPerson(state.resume(), why, state.since(), state.askAt())));
    }

    /** Whether an end of an effect says more than was known: once unknown, it is no news that it is unknown still. */
    private static boolean waitsFor(HostRun run, HostRunState state, RunEvent.EffectEnded ended) {
        boolean known = !(ended.outcome() instanceof Outcome.Unknown);
        EffectId effect = ended.effect();
        return switch (state) {
            case Draining d -> waitsForMove(d.moves(), effect, known);
            case Stopping s -> waitsForRestart(run, ended, known);
            case Starting s -> waitsForRestart(run, ended, known);
            case HandingOver h -> waitsForMove(h.moves(), effect, known);
            case Applying a -> known && a.effect().equals(effect);
            case Switching s -> known && effect.equals(s.effect());
            case Verifying v -> known && v.effect().equals(effect);
            case Undoing u -> known && u.effect().equals(effect);
            case Reserving r -> false;
            case HostRunState.Announcing a -> false;
            case HostRunState.Offering o -> false;
            case NeedsPerson p -> waitsFor(run, p.resume(), ended);
            case Ended e -> false;
        };
    }

    private static boolean waitsForMove(List<Move> moves, EffectId effect, boolean known) {
        return moves.stream()
                .filter(m -> effect.equals(m.effect()))
                .anyMatch(m -> m.status() == Move.Status.MOVING || (known && m.status() == Move.Status.UNSURE));
    }

    private static boolean waitsForRestart(HostRun run, RunEvent.EffectEnded ended, boolean known) {
        return run.restarts().stream()
                .filter(r -> r.effect().equals(ended.effect()))
                .anyMatch(r -> switch (r.status()) {
                    case STOPPING, STARTING -> true;
                    case UNSURE -> known;
                    case STOPPED, LINGERING, RUNNING, LEFT -> false;
                });
    }

    private static Step askAgain(HostRun run, NeedsPerson state, World world) {
        if (world.now().isBefore(state.askAt())) {
            return Step.ignore(run);
        }
        Step.Builder step = new Step.Builder();
        if (state.resume() instanceof Undoing undoing && state.why().code().equals(NOT_EMPTY)) {
            return undoAgain(step, run, state, undoing, world);
        }
        HostRun next = run;
        for (EffectId effect : unaccounted(run, state.resume())) {
            step.order(next.nextEffect(), run.host(), new Effect.AskAgain(effect));
            next = next.ordered();
        }
        if (state.resume() instanceof Starting starting) {
            next = (HostRun) Starts.tryAgain(next, starting, step, world).next();
        }
        HostRunState resume = state.resume();
        if (resume instanceof HandingOver over) {
            next = (HostRun) Homecoming.tryAgain(next, over, step, world).next();
            resume = next.state() instanceof HandingOver tried ? tried : resume;
        }
        if (resume instanceof Switching switching) {
            next = (HostRun) Switches.tryAgain(next, switching, step, world).next();
            resume = next.state() instanceof Switching tried ? tried : resume;
        }
        return step.to(
                next.in(new NeedsPerson(resume, state.why(), state.since(), nextAsk(state.since(), world.now()))));
    }

    /** VMs kept it from being undone; the agent looks whether they still do before it touches anything. */
    private static Step undoAgain(Step.Builder step, HostRun run, NeedsPerson state, Undoing undoing, World world) {
        Purpose.UpdateHost update = (Purpose.UpdateHost) run.purpose();
        EffectId effect = run.nextEffect();
        Undoing again = new Undoing(effect, world.now().plus(run.policy().change()), undoing.why());
        Refusal tried =
                Refusal.of(UNDO_TRIED_AGAIN, state.why().why(), state.why().evidence());
        return step.order(effect, run.host(), new Effect.UndoUpdate(update.update(), update.method()))
                .to(run.ordering(new NeedsPerson(again, tried, state.since(), nextAsk(state.since(), world.now()))));
    }

    /** Ever less often: a host that is gone for good must not gather questions. */
    static Instant nextAsk(Instant since, Instant now) {
        Duration waited = Duration.between(since, now);
        Duration pause = waited.compareTo(ASK_AGAIN) < 0 ? ASK_AGAIN : waited;
        return now.plus(pause.compareTo(ASK_AT_MOST) > 0 ? ASK_AT_MOST : pause);
    }

    private static List<EffectId> unaccounted(HostRun run, HostRunState state) {
        return switch (state) {
            case Draining d -> unaccountedMoves(d.moves());
            case HandingOver h -> unaccountedMoves(h.moves());
            case Stopping s -> unaccountedRestarts(run);
            case Starting s -> unaccountedRestarts(run);
            case Applying a -> List.of(a.effect());
            case Switching s -> s.effect() == null ? List.of() : List.of(s.effect());
            case Verifying v -> List.of(v.effect());
            case Undoing u -> List.of(u.effect());
            case Reserving r -> List.of();
            case HostRunState.Announcing a -> List.of();
            case HostRunState.Offering o -> List.of();
            case NeedsPerson p -> unaccounted(run, p.resume());
            case Ended e -> List.of();
        };
    }

    private static List<EffectId> unaccountedMoves(List<Move> moves) {
        return moves.stream()
                .filter(Move::open)
                .map(Move::effect)
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<EffectId> unaccountedRestarts(HostRun run) {
        return run.restarts().stream()
                .filter(r -> switch (r.status()) {
                    case STOPPING, STARTING, UNSURE -> true;
                    case STOPPED, LINGERING, RUNNING, LEFT -> false;
                })
                .map(Restart::effect)
                .toList();
    }
}
