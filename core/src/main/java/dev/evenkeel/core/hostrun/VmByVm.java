package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What emptying a host and handing its VMs over have in common: VMs that are moved one by one. Each event first changes the
 * moves it is about; then the moves are held against what is really on the host, because VMs come, go and move by other hands;
 * then at most one new move is started, and the run wakes at once when more could start. One object lives for one event.
 */
abstract class VmByVm {
    static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    final HostRun run;
    final World world;
    final Instant now;
    final List<Move> moves;
    final DrainSight sight;
    final Step.Builder step = new Step.Builder();

    @Nullable
    Refusal stopping;

    /** A step that asks for a hold may be refused, so one that brings an outcome asks for none. */
    boolean mayStart = true;

    int moved;
    int lost;
    private int ordered;
    private final HostRunState before;
    private final Instant lookAt;
    private final Instant limit;

    VmByVm(
            HostRun run,
            HostRunState before,
            List<Move> moves,
            Instant lookAt,
            Instant limit,
            @Nullable Refusal stopping,
            Predicate<Vm> concerned,
            World world) {
        this.run = run;
        this.world = world;
        this.now = world.now();
        this.before = before;
        this.lookAt = lookAt;
        this.limit = limit;
        this.moves = new ArrayList<>(moves);
        this.sight = new DrainSight(run, world, this.moves, concerned);
        this.stopping = stopping;
    }

    /** The state that the run is in, with its moves as they are now. */
    abstract HostRunState looking(Instant at);

    /** A person cancels. */
    abstract Step stop(Refusal why);

    /** Holds the moves against what is on the host and does the next thing. */
    abstract Step look();

    /** The host, if what was last seen of it counts. */
    abstract Optional<Host> observed();

    /** A move has ended well. */
    abstract void succeeded(Move move, Outcome.Moved result);

    /** A move has failed; false when this says what becomes of it. */
    abstract boolean failed(int at, Refusal why, Outcome.Failed failed);

    /** Whether the VM's holds are given back after what became of its move. */
    abstract boolean releases(Move after);

    /** The type of the notice of a move that will be tried again. */
    abstract String failureNotice();

    /** A VM was started; false when that is no concern. */
    boolean started(int at) {
        return false;
    }

    final Step on(RunEvent event) {
        return switch (event) {
            case RunEvent.EffectEnded e -> onEnded(e);
            case RunEvent.CancelOrdered c -> stop(HostRunDecider.cancelled(c));
            case RunEvent.HoldRefused h -> onHoldRefused(h);
            case RunEvent.TimerFired t -> look();
            case RunEvent.HostObserved o -> onObserved();
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

    private Step onEnded(RunEvent.EffectEnded ended) {
        int at = sight.indexOf(ended.effect());
        if (at < 0) {
            return Step.ignore(run);
        }
        Move move = moves.get(at);
        boolean concerns = switch (ended.outcome()) {
            case Outcome.Moved m -> {
                moves.set(at, move.becomes(Move.Status.MOVED, now, null));
                succeeded(move, m);
                yield true;
            }
            case Outcome.Failed f -> {
                onFailed(at, move, f);
                yield true;
            }
            case Outcome.Unknown u -> {
                moves.set(at, move.becomes(Move.Status.UNSURE, now, u.why()));
                yield true;
            }
            case Outcome.Started s -> started(at);
            case Outcome.Changed c -> false;
            case Outcome.Switched s -> false;
            case Outcome.Stopped s -> false;
            case Outcome.Acted a -> false;
        };
        if (!concerns) {
            return Step.ignore(run);
        }
        if (ended.outcome() instanceof Outcome.Unknown u) {
            return PersonAsked.askPerson(step, at(now), u.why(), world);
        }
        if (releases(moves.get(at))) {
            sight.scopes(move.vm()).forEach(step::release);
        }
        mayStart = false;
        return look();
    }

    private void onFailed(int at, Move move, Outcome.Failed failed) {
        Refusal why = failed.why().with("vm", move.vm().value());
        if (!failed(at, why, failed)) {
            return;
        }
        if (failed.retryable() && move.attempts() < run.policy().moveAttempts()) {
            moves.set(at, move.waits(now.plus(RETRY_AFTER.multipliedBy(move.attempts())), now, why));
            step.notice(Ending.notice(run, world, Notice.Level.WARNING, failureNotice(), why.why(), why));
        } else {
            moves.set(at, move.becomes(Move.Status.STUCK, now, why));
            step.notice(Ending.notice(run, world, Notice.Level.WARNING, "VmStuck", why.why(), why));
        }
    }

    /** A VM is gone that nothing of this run killed. */
    final void died(int at, Refusal why) {
        lost++;
        moves.set(at, moves.get(at).becomes(Move.Status.GONE, now, why));
        step.notice(Ending.alarm(run, world, "VmDied", why));
    }

    /** Holds the moves against what is on the host. A VM that is there and down is told of: its host may have lost its power. */
    final void reconcile(Host host) {
        for (Move left : sight.reconcile(host.observedAt())) {
            sight.sighting(left.vm()).ifPresent(vm -> {
                Refusal why = Refusal.of(
                        "VM_DOWN",
                        "VM " + vm.name() + " waited for its turn and is " + vm.state() + " on host " + run.host()
                                + ": it was shut down, or went down with the host");
                step.notice(Ending.notice(run, world, Notice.Level.WARNING, "VmDown", why.why(), why));
            });
        }
    }

    private Step onHoldRefused(RunEvent.HoldRefused refused) {
        // The step that asked was not committed, nor was what it saw: look once more, so that the VM is there to wait.
        observed().ifPresent(this::reconcile);
        for (int i = 0; i < moves.size(); i++) {
            Move move = moves.get(i);
            if (sight.scopes(move.vm()).contains(refused.hold().scope()) && move.status() == Move.Status.PENDING) {
                moves.set(i, move.waits(now.plus(RETRY_AFTER), now, refused.why()));
            }
        }
        return step.to(at(now.plus(DrainPatience.LOOK_AGAIN)));
    }

    /** An observation that changes nothing is not worth a commit: the timer stands. */
    private Step onObserved() {
        Step looked = look();
        boolean same = looked.next() instanceof HostRun next
                && next.state().getClass().equals(before.getClass())
                && looking(lookAt).equals(before)
                && looked.equals(Step.ignore(next));
        return same ? Step.ignore(run) : looked;
    }

    /** What a person must be asked about before anything else is done. */
    final Optional<Step> unsure() {
        return moves.stream()
                .filter(m -> m.status() == Move.Status.UNSURE && m.why() != null)
                .findFirst()
                .flatMap(m -> Optional.ofNullable(m.why()))
                .map(why -> PersonAsked.askPerson(step, at(now), why, world));
    }

    final long underWay() {
        return moves.stream().filter(m -> m.status() == Move.Status.MOVING).count();
    }

    final boolean hasStuck() {
        return moves.stream().anyMatch(m -> m.status() == Move.Status.STUCK);
    }

    final boolean allSettled() {
        return moves.stream().allMatch(m -> m.status().settled());
    }

    final boolean isOverdue() {
        return !now.isBefore(limit);
    }

    /** When this state began. */
    final Instant began() {
        return limit.minus(run.policy().drain());
    }

    /** Whether the host was seen after everything that is known of its moves. */
    final boolean isSeenSince(Host host) {
        return host.observedAt().isAfter(moves.stream().map(Move::at).reduce(began(), (a, b) -> a.isAfter(b) ? a : b));
    }

    /** Waits for what is under way, or shows it to a person. */
    final Step overdueOrWait() {
        DrainPatience patience = new DrainPatience(run, lookAt, limit, moves, world);
        return patience.exhausted()
                .map(why -> PersonAsked.askPerson(step, at(now), why, world))
                .orElseGet(() -> step.to(at(patience.nextLook())));
    }

    final Step looksAgain(Instant at) {
        return step.to(at(at));
    }

    final HostRun at(Instant nextLook) {
        HostRunState state = looking(nextLook);
        HostRun next = counted().in(state);
        for (int i = 0; i < ordered; i++) {
            next = next.ordering(state);
        }
        return next;
    }

    final HostRun counted() {
        return run.counting(moved, lost);
    }

    final EffectId nextEffect() {
        ordered++;
        return new EffectId(run.id().value() + "/" + (run.effects() + ordered));
    }
}
