package dev.evenkeel.core.hostrun;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Refusal;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a host run ends, and what people are told on the way. */
final class Ending {
    private Ending() {}

    static Step end(HostRun run, RunOutcome outcome, @Nullable Refusal why, World world) {
        return end(new Step.Builder(), run, outcome, why, world);
    }

    /** Ends the run; where it has stopped VMs, they are started first. */
    static Step end(Step.Builder step, HostRun run, RunOutcome outcome, @Nullable Refusal why, World world) {
        return Starts.owes(run) ? Starts.begin(step, run, outcome, why, world) : finish(step, run, outcome, why, world);
    }

    /** Ends the run as things are. */
    static Step finish(Step.Builder step, HostRun run, RunOutcome outcome, @Nullable Refusal why, World world) {
        if (run.rollout() != null) {
            step.send(
                    run.rollout(),
                    new RunEvent.HostRunEnded(run.id(), run.host(), outcome, why, run.vmsLost(), world.now()));
        }
        String text = run.purpose().phrase() + " of host " + run.host() + ": " + outcome
                + (why == null ? "" : " (" + why.why() + ")");
        Notice.Level level = outcome == RunOutcome.DONE ? Notice.Level.INFO : Notice.Level.WARNING;
        return step.notice(notice(run, world, level, "HostRunEnded", text, why))
                .to(run.in(new HostRunState.Ended(outcome, why, world.now())));
    }

    /** What a run that is given up for a reason comes to. */
    static RunOutcome outcomeOf(Refusal givenUp) {
        return givenUp.code().equals("CANCELLED") ? RunOutcome.CANCELLED : RunOutcome.REFUSED;
    }

    static Step.Builder verified(HostRun run, Outcome.Changed changed, World world) {
        return new Step.Builder()
                .notice(info(run, world, "UpdateVerified", "host " + run.host() + " runs " + changed.after()));
    }

    static Notice info(HostRun run, World world, String type, String text) {
        return notice(run, world, Notice.Level.INFO, type, text, null);
    }

    static Notice warning(HostRun run, World world, String type, String text) {
        return notice(run, world, Notice.Level.WARNING, type, text, null);
    }

    static Notice alarm(HostRun run, World world, String type, Refusal why) {
        return notice(run, world, Notice.Level.ALARM, type, why.why(), why);
    }

    static Notice notice(
            HostRun run, World world, Notice.Level level, String type, String text, @Nullable Refusal why) {
        TreeMap<String, String> data = new TreeMap<>();
        data.put("host", run.host().value());
        if (run.rollout() != null) {
            data.put("rollout", run.rollout().value());
        }
        if (why != null) {
            data.put("code", why.code());
            why.evidence().forEach((name, value) -> data.putIfAbsent(name, value));
        }
        return new Notice(world.now(), level, type, run.id(), text, data);
    }
}
