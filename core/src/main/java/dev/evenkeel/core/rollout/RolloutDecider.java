package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.rollout.HostProgress.Status;
import dev.evenkeel.core.rollout.RolloutState.Cancelling;
import dev.evenkeel.core.rollout.RolloutState.Ended;
import dev.evenkeel.core.rollout.RolloutState.Halted;
import dev.evenkeel.core.rollout.RolloutState.Paused;
import dev.evenkeel.core.rollout.RolloutState.Rolling;
import dev.evenkeel.core.update.Update;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Advances a rollout from wave to wave. Pure: same inputs, same step. */
public final class RolloutDecider {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration BACKSTOP = Duration.ofSeconds(30);

    private RolloutDecider() {}

    public static Step decide(Rollout rollout, RunEvent event, World world) {
        if (rollout.ended()) {
            return Step.ignore(rollout);
        }
        return switch (event) {
            case RunEvent.RunOrdered o -> next(rollout, rollout.state(), world);
            case RunEvent.TimerFired t -> next(rollout, rollout.state(), world);
            case RunEvent.HostRunEnded e -> next(folded(rollout, e), rollout.state(), world);
            case RunEvent.PauseOrdered p -> pause(rollout, p, world);
            case RunEvent.ResumeOrdered r -> resume(rollout, r, world);
            case RunEvent.CancelOrdered c -> cancel(rollout, c, world);
            case RunEvent.ResolveOrdered r -> Step.ignore(rollout);
            case RunEvent.HoldRefused h -> Step.ignore(rollout);
            case RunEvent.EffectEnded e -> Step.ignore(rollout);
            case RunEvent.HostObserved o -> Step.ignore(rollout);
            case RunEvent.NoticeApproved a -> Step.ignore(rollout);
            case RunEvent.OwnerChose c -> Step.ignore(rollout);
            case RunEvent.OwnersAsked a -> next(offered(rollout, a), rollout.state(), world);
        };
    }

    private static Rollout folded(Rollout rollout, RunEvent.HostRunEnded ended) {
        List<HostProgress> hosts = rollout.hosts().stream()
                .map(h -> ended.run().equals(h.run()) && h.underWay() ? h.ended(ended, rollout.back()) : h)
                .toList();
        return rollout.with(hosts, rollout.state(), rollout.waves(), rollout.vmsLost() + ended.vmsLost());
    }

    private static Rollout offered(Rollout rollout, RunEvent.OwnersAsked asked) {
        List<HostProgress> hosts = rollout.hosts().stream()
                .map(h -> asked.run().equals(h.run()) && h.status() == Status.RUNNING
                        ? h.becomes(Status.OFFERED, null, asked.at())
                        : h)
                .toList();
        return rollout.with(hosts, rollout.state(), rollout.waves(), rollout.vmsLost());
    }

    private static Step next(Rollout rollout, RolloutState state, World world) {
        return switch (state) {
            case Rolling r -> active(rollout) ? wait(rollout, world, null, null) : wave(rollout, r, world);
            case Cancelling c ->
                underWay(rollout) ? new Step.Builder().to(rollout) : end(rollout, RunOutcome.CANCELLED, c.why(), world);
            case Paused p -> new Step.Builder().to(rollout);
            case Halted h -> new Step.Builder().to(rollout);
            case Ended e -> Step.ignore(rollout);
        };
    }

    private static boolean underWay(Rollout rollout) {
        return rollout.hosts().stream().anyMatch(HostProgress::underWay);
    }

    private static boolean active(Rollout rollout) {
        return rollout.hosts().stream().anyMatch(h -> h.status() == Status.RUNNING);
    }

    private static Step wave(Rollout rollout, Rolling state, World world) {
        return switch (Gate.evaluate(rollout, world)) {
            case Gate.Verdict.Stop stop -> halt(rollout, stop.why(), world);
            case Gate.Verdict.Wait wait -> waitOrHalt(rollout, state, wait.why(), world);
            case Gate.Verdict.Pass pass -> takeNext(rollout, state, world);
        };
    }

    private static Step takeNext(Rollout rollout, Rolling state, World world) {
        Instant now = world.now();
        List<HostProgress> hosts = rollout.hosts().stream()
                .map(h -> h.status() == Status.PENDING && isOn(rollout, h.host(), world)
                        ? h.becomes(Status.ALREADY, null, now)
                        : h)
                .toList();
        int ring = hosts.stream()
                .filter(h -> h.status() == Status.PENDING)
                .mapToInt(HostProgress::ring)
                .min()
                .orElse(-1);
        Rollout seen = rollout.with(hosts, state, rollout.waves(), rollout.vmsLost());
        if (ring < 0 && underWay(seen)) {
            return wait(seen, world, null, null);
        }
        if (ring < 0) {
            boolean all = hosts.stream().allMatch(h -> h.status() == Status.DONE || h.status() == Status.ALREADY);
            return end(seen, all ? RunOutcome.DONE : RunOutcome.PARTIAL, null, world);
        }
        Refusal unproven = Gate.unproven(seen, ring);
        if (unproven != null) {
            return halt(seen, unproven, world);
        }
        List<HostProgress> candidates = hosts.stream()
                .filter(h -> h.status() == Status.PENDING && h.ring() == ring)
                .toList();
        Waves.Wave wave = Waves.next(seen, candidates, world);
        List<HostProgress> after = new ArrayList<>();
        Step.Builder step = new Step.Builder();
        for (HostProgress h : hosts) {
            Refusal skip = wave.skipped().get(h.host());
            if (h.status() == Status.PENDING && skip != null) {
                after.add(h.becomes(Status.SKIPPED, skip, now));
                step.notice(notice(
                        rollout, world, Notice.Level.WARNING, "HostSkipped", h.host() + ": " + skip.why(), skip));
            } else {
                after.add(h);
            }
        }
        for (int i = 0; i < wave.taken().size(); i++) {
            start(rollout, wave.taken().get(i), i, after, step, world);
        }
        boolean started = !wave.taken().isEmpty();
        Rollout next = rollout.with(
                after,
                new Rolling(now.plus(started ? BACKSTOP : LOOK_AGAIN), null, null),
                rollout.waves() + (started ? 1 : 0),
                rollout.vmsLost());
        if (started || !wave.skipped().isEmpty()) {
            return step.to(started ? next : next.in(new Rolling(now, state.waitingSince(), state.waitingFor())));
        }
        Refusal why = wave.waiting().values().stream()
                .min(java.util.Comparator.comparing(Refusal::code))
                .orElse(Refusal.of("NO_HOST", "no host of ring " + ring + " is in the fleet"));
        return waitOrHalt(seen, state, why, world);
    }

    private static void start(
            Rollout rollout, Waves.Taken taken, int index, List<HostProgress> hosts, Step.Builder step, World world) {
        RunId run = new RunId(rollout.id() + "-w" + (rollout.waves() + 1) + "." + (index + 1));
        String rack = world.fleet().hosts().get(taken.host()) == null
                ? "?"
                : world.fleet().hosts().get(taken.host()).topology().rack();
        step.spawn(HostRun.ordered(
                run,
                rollout.shard(),
                taken.host(),
                new Purpose.UpdateHost(rollout.update(), taken.method(), rollout.back()),
                rollout.policy().run(),
                rollout.id(),
                List.of(new Hold("rack:" + rack, rollout.policy().maxPerRack())),
                world.now(),
                rollout.by(),
                rollout.reason()));
        hosts.replaceAll(h -> h.host().equals(taken.host()) ? h.runs(run, taken.method(), world.now()) : h);
        step.notice(notice(
                rollout,
                world,
                Notice.Level.INFO,
                "HostTaken",
                "host " + taken.host() + " by " + taken.method(),
                null));
    }

    private static boolean isOn(Rollout rollout, HostId host, World world) {
        Update update = world.update(rollout.update());
        return world.fleet()
                .host(host)
                .map(h ->
                        rollout.back() ? !update.isPatchedIn(h.facts().versions()) : update.isAllOver(h, world.fleet()))
                .orElse(false);
    }

    private static Step wait(Rollout rollout, World world, @Nullable Instant since, @Nullable Refusal why) {
        Duration pause = since == null ? BACKSTOP : LOOK_AGAIN;
        return new Step.Builder().to(rollout.in(new Rolling(world.now().plus(pause), since, why)));
    }

    private static Step waitOrHalt(Rollout rollout, Rolling state, Refusal why, World world) {
        Instant since = state.waitingSince() == null ? world.now() : state.waitingSince();
        if (!world.now().isBefore(since.plus(rollout.policy().gatePatience()))) {
            return halt(rollout, why, world);
        }
        return wait(rollout, world, since, why);
    }

    private static Step halt(Rollout rollout, Refusal why, World world) {
        return new Step.Builder()
                .notice(notice(rollout, world, Notice.Level.ALARM, "RolloutHalted", why.why(), why))
                .to(rollout.in(new Halted(why)));
    }

    private static Step pause(Rollout rollout, RunEvent.PauseOrdered order, World world) {
        Refusal why = Refusal.of("PAUSED", "paused by " + order.by() + ": " + order.why());
        return switch (rollout.state()) {
            case Rolling r ->
                new Step.Builder()
                        .notice(notice(rollout, world, Notice.Level.INFO, "RolloutPaused", why.why(), why))
                        .to(rollout.in(new Paused(why)));
            case Paused p -> Step.ignore(rollout);
            case Halted h -> Step.ignore(rollout);
            case Cancelling c -> Step.ignore(rollout);
            case Ended e -> Step.ignore(rollout);
        };
    }

    private static Step resume(Rollout rollout, RunEvent.ResumeOrdered order, World world) {
        boolean stopped = rollout.state() instanceof Paused || rollout.state() instanceof Halted;
        if (!stopped) {
            return Step.ignore(rollout);
        }
        Notice told = notice(
                rollout,
                world,
                Notice.Level.INFO,
                "RolloutResumed",
                "resumed by " + order.by() + ": " + order.why(),
                null);
        // What a gate stopped for is answered for by the person who resumes; later failures stop it anew.
        Rollout forgiven = rollout.state() instanceof Halted
                ? rollout.with(
                        rollout.hosts().stream()
                                .map(h -> forgiven(rollout, h, world))
                                .toList(),
                        rollout.state(),
                        rollout.waves(),
                        0)
                : rollout;
        return telling(rollout, order).notice(told).to(forgiven.in(new Rolling(world.now(), null, null)));
    }

    private static HostProgress forgiven(Rollout rollout, HostProgress host, World world) {
        return switch (host.status()) {
            case FAILED, SKIPPED -> host.becomes(Status.SKIPPED, Gate.answeredFor(host.why()), host.at());
            case DONE -> {
                Refusal why = Gate.missing(rollout, host, world);
                yield why == null ? host : host.becomes(Status.SKIPPED, Gate.answeredFor(why), host.at());
            }
            case PENDING, RUNNING, OFFERED, ALREADY, CANCELLED -> host;
        };
    }

    private static Step cancel(Rollout rollout, RunEvent.CancelOrdered order, World world) {
        if (rollout.state() instanceof Cancelling) {
            return Step.ignore(rollout);
        }
        Refusal why = Refusal.of("CANCELLED", "cancelled by " + order.by() + ": " + order.why());
        List<HostProgress> hosts = rollout.hosts().stream()
                .map(h -> h.status() == Status.PENDING ? h.becomes(Status.CANCELLED, why, world.now()) : h)
                .toList();
        Rollout cancelled = rollout.with(hosts, new Cancelling(why), rollout.waves(), rollout.vmsLost());
        if (!underWay(rollout)) {
            return end(cancelled, RunOutcome.CANCELLED, why, world);
        }
        return telling(rollout, order)
                .notice(notice(rollout, world, Notice.Level.WARNING, "RolloutCancelling", why.why(), why))
                .to(cancelled);
    }

    /** The runs under way hear what their rollout was told. */
    private static Step.Builder telling(Rollout rollout, RunEvent order) {
        Step.Builder step = new Step.Builder();
        for (HostProgress h : rollout.hosts()) {
            if (h.underWay() && h.run() != null) {
                step.send(h.run(), order);
            }
        }
        return step;
    }

    private static Step end(Rollout rollout, RunOutcome outcome, @Nullable Refusal why, World world) {
        String text = (rollout.back() ? "taking back of " : "rollout of ") + rollout.update() + ": " + outcome
                + (why == null ? "" : " (" + why.why() + ")");
        Notice.Level level = outcome == RunOutcome.DONE ? Notice.Level.INFO : Notice.Level.WARNING;
        return new Step.Builder()
                .notice(notice(rollout, world, level, "RolloutEnded", text, why))
                .to(rollout.in(new Ended(outcome, why, world.now())));
    }

    private static Notice notice(
            Rollout rollout, World world, Notice.Level level, String type, String text, @Nullable Refusal why) {
        TreeMap<String, String> data = new TreeMap<>();
        data.put("rollout", rollout.id().value());
        if (why != null) {
            data.put("code", why.code());
        }
        return new Notice(world.now(), level, type, rollout.id(), text, data);
    }
}
