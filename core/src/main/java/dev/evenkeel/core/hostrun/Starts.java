package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.HostRunState.Starting;
import dev.evenkeel.core.hostrun.Restart.Status;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts every VM that the run has stopped, whatever the run has come to, and lets it end only when their host has said
 * that they run. A start does no harm twice, so one that failed is ordered again, also while a person is asked.
 */
final class Starts {
    /** Tries before a person is asked. */
    static final int ATTEMPTS = 5;

    /** The code of an agent that finds that the VM's owner stopped it after we had: it stays down. */
    static final String STOPPED_BY_OWNER = "STOPPED_BY_OWNER";

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration WATCH = Duration.ofSeconds(15);

    private final World world;
    private final Instant now;
    private final Starting state;
    private final Step.Builder step;
    private HostRun run;

    private Starts(HostRun run, Starting state, Step.Builder step, World world) {
        this.run = run;
        this.state = state;
        this.step = step;
        this.world = world;
        this.now = world.now();
    }

    /** Whether a VM that the run stopped is not yet known to run. */
    static boolean owes(HostRun run) {
        return run.restarts().stream().anyMatch(r -> r.status().owed() || r.status() == Status.STOPPING);
    }

    /** The names of VMs that may be down because of this run, for a person's eyes. */
    static Refusal tellingWhatIsDown(HostRun run, Refusal why) {
        Stream<String> stopped = run.restarts().stream()
                .filter(r -> r.status().owed() || r.status() == Status.UNSURE || r.status() == Status.STOPPING)
                .map(Restart::name);
        Stream<String> redeploying =
                run.purpose() instanceof Purpose.Redeploy && run.state() instanceof HostRunState.Draining draining
                        ? draining.moves().stream().filter(Move::open).map(Move::name)
                        : Stream.empty();
        String down = Stream.concat(stopped, redeploying).collect(Collectors.joining(", "));
        return down.isEmpty() ? why : why.with("mayBeDown", down);
    }

    static Step begin(Step.Builder step, HostRun run, RunOutcome outcome, @Nullable Refusal why, World world) {
        Instant limit = world.now().plus(run.policy().stop()).plus(run.policy().change());
        Starting first = new Starting(world.now(), limit, outcome, why);
        Starts starts = new Starts(run.in(first), first, step, world);
        // A person ended the run while nobody could say how a stop came out: that VM is in the person's hands.
        starts.each(r -> r.status() == Status.STOPPING, r -> r.becomes(Status.UNSURE, world.now(), world.now(), null));
        return starts.look();
    }

    static Step on(HostRun run, Starting state, RunEvent event, World world) {
        Starts starts = new Starts(run, state, new Step.Builder(), world);
        return switch (event) {
            case RunEvent.EffectEnded e -> starts.onEnded(e);
            case RunEvent.TimerFired t -> starts.look();
            case RunEvent.HostObserved o -> starts.onObserved();
            case RunEvent.CancelOrdered c -> Step.ignore(run); // it is on its way to its end
            case RunEvent.ResolveOrdered r -> Step.ignore(run);
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

    private Step onEnded(RunEvent.EffectEnded ended) {
        HostRun before = run;
        each(r -> r.effect().equals(ended.effect()), r -> after(r, ended.outcome()));
        return run.equals(before) ? Step.ignore(before) : look();
    }

    private Restart after(Restart r, Outcome outcome) {
        if (r.status() == Status.UNSURE) {
            return outcome instanceof Outcome.Unknown ? r : Stops.after(r, outcome, run, now);
        }
        if (r.status() != Status.STARTING) {
            return r;
        }
        return switch (outcome) {
            case Outcome.Started s -> runs(r, s);
            case Outcome.Failed f
            when f.why().code().equals(STOPPED_BY_OWNER) -> {
                step.notice(Ending.notice(
                        run, world, Notice.Level.WARNING, "VmLeft", f.why().why(), f.why()));
                yield r.becomes(Status.LEFT, now, now, f.why());
            }
            case Outcome.Failed f -> failed(r, f.why());
            case Outcome.Unknown u -> failed(r, u.why());
            case Outcome.Moved m -> r;
            case Outcome.Switched w -> r;
            case Outcome.Changed c -> r;
            case Outcome.Stopped s -> r;
            case Outcome.Acted a -> r;
        };
    }

    private Restart failed(Restart r, Refusal why) {
        if (runsElsewhere(r)) {
            step.notice(Ending.warning(
                    run, world, "VmLeft", "VM " + r.name() + " runs on another host, where other hands brought it"));
            return r.becomes(Status.LEFT, now, now, why);
        }
        step.notice(Ending.notice(run, world, Notice.Level.WARNING, "StartFailed", why.why(), why));
        return r.becomes(Status.STOPPED, now, now.plus(RETRY_AFTER.multipliedBy(r.attempts())), why);
    }

    private Restart runs(Restart r, Outcome.Started started) {
        Instant asked = r.askedAt();
        if (asked == null && started.already()) {
            step.notice(Ending.info(run, world, "VmKeptRunning", "VM " + r.name() + " did not go down and runs"));
        } else {
            Instant since = asked == null ? r.at() : asked;
            Duration out = Duration.between(since, started.at());
            Duration measured = out.isNegative() ? Duration.ZERO : out;
            step.record(new LedgerEntry(
                    r.effect(),
                    run.id(),
                    r.vm(),
                    r.name(),
                    r.tenant(),
                    Method.REBOOT,
                    run.purpose().phrase(),
                    run.host(),
                    run.host(),
                    since,
                    since.plus(measured),
                    r.forecast(),
                    measured,
                    r.forecast(),
                    measured,
                    null,
                    null,
                    null));
            step.notice(Ending.info(
                    run,
                    world,
                    "VmRestarted",
                    "VM " + r.name() + " runs again on " + run.host() + "; it was out of service for "
                            + measured.toMillis() + " ms"));
        }
        return r.becomes(Status.RUNNING, now, now, null);
    }

    /** An observation that changes nothing is not worth a commit: the timer stands. */
    private Step onObserved() {
        HostRun before = run;
        Step looked = look();
        HostRun next = (HostRun) looked.next();
        return next.restarts().equals(before.restarts()) && next.state() instanceof Starting
                ? Step.ignore(before)
                : looked;
    }

    private Step look() {
        each(r -> r.status() == Status.LINGERING && (!now.isBefore(r.notBefore()) || isSeenDown(r)), this::start);
        each(r -> r.status() == Status.STOPPED && !now.isBefore(r.notBefore()) && r.attempts() < ATTEMPTS, this::start);
        if (!owes(run)) {
            Refusal why = state.why();
            return Ending.finish(step, run, state.outcome(), why == null ? null : tellingWhatIsDown(run, why), world);
        }
        Instant wake = now.plus(WATCH);
        for (Restart r : run.restarts()) {
            if (r.status() == Status.STOPPED && r.attempts() >= ATTEMPTS) {
                return PersonAsked.askPerson(step, run.in(looksAt(wake)), startFailed(r), world);
            }
            if (r.status() == Status.STARTING && !now.isBefore(state.limit())) {
                Refusal why =
                        PersonAsked.overdue(run, r.effect(), state.limit()).with("vm", r.name());
                return PersonAsked.askPerson(step, run.in(looksAt(wake)), why, world);
            }
            if (r.status() != Status.STARTING
                    && r.status().owed()
                    && r.notBefore().isAfter(now)) {
                wake = r.notBefore().isBefore(wake) ? r.notBefore() : wake;
            }
        }
        return step.to(run.in(looksAt(wake)));
    }

    private Starting looksAt(Instant at) {
        return new Starting(at, state.limit(), state.outcome(), state.why());
    }

    private static Refusal startFailed(Restart r) {
        Refusal why = r.why() == null ? Refusal.of("START_FAILED", "VM " + r.name() + " does not start") : r.why();
        return why.with("vm", r.name()).with("attempts", Integer.toString(r.attempts()));
    }

    /** While a person is asked, what failed is tried on: its host may have come right. */
    static Step tryAgain(HostRun run, Starting state, Step.Builder step, World world) {
        Starts starts = new Starts(run, state, step, world);
        starts.each(r -> r.status() == Status.STOPPED, starts::start);
        return step.to(starts.run);
    }

    private Restart start(Restart r) {
        EffectId effect = run.nextEffect();
        step.order(effect, run.host(), new Effect.StartVm(r.vm()));
        run = run.ordered();
        return r.starting(effect, now);
    }

    /** Its owner started it and took it away while the host was updated. */
    private boolean runsElsewhere(Restart r) {
        return world.fleet().sightings(r.vm()).stream()
                .filter(vm -> vm.state() == VmState.RUNNING && !vm.host().equals(run.host()))
                .flatMap(vm -> world.fleet().host(vm.host()).stream())
                .anyMatch(host -> host.reachable() && host.observedAt().isAfter(r.at()));
    }

    private boolean isSeenDown(Restart r) {
        Optional<Host> host = world.fleet().host(run.host()).filter(Host::reachable);
        List<Vm> seen = world.fleet().vmsOn(run.host()).stream()
                .filter(vm -> vm.id().equals(r.vm()))
                .toList();
        return host.isPresent()
                && host.get().observedAt().isAfter(r.at())
                && seen.stream().anyMatch(vm -> !vm.state().alive());
    }

    private void each(Predicate<Restart> which, UnaryOperator<Restart> change) {
        for (int i = 0; i < run.restarts().size(); i++) {
            Restart r = run.restarts().get(i);
            if (which.test(r)) {
                Restart next = change.apply(r); // may order an effect, which changes the run
                run = Stops.with(run, i, next);
            }
        }
    }
}
