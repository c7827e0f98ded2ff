package dev.evenkeel.core.rollout;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.RunPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A rollout that a test tells what happened to its host runs. */
final class OneRollout {
    static final RunId ID = new RunId("ro1");

    private final Given given;
    private Rollout rollout;
    private Step last;
    private final List<HostRun> started = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    private OneRollout(Given given, Rollout rollout) {
        this.given = given;
        this.rollout = rollout;
        this.last = Step.ignore(rollout);
    }

    /** Over the hosts of each ring, named with spaces between. */
    static OneRollout over(Given given, RolloutPolicy policy, String... rings) {
        List<List<HostId>> hosts = Arrays.stream(rings)
                .map(ring -> Arrays.stream(ring.split(" ")).map(HostId::new).toList())
                .toList();
        return new OneRollout(
                given, Rollout.ordered(ID, Given.SHARD, Given.UPDATE, policy, hosts, given.now(), "ann", "patch day"));
    }

    static RolloutPolicy policy(int maxParallelHosts, int maxPerRack, int maxFailedHosts) {
        return new RolloutPolicy(
                maxParallelHosts, maxPerRack, maxFailedHosts, Duration.ofMinutes(5), RunPolicy.DEFAULT);
    }

    OneRollout told(RunEvent event) {
        last = RolloutDecider.decide(rollout, event, given.world());
        rollout = (Rollout) last.next();
        last.spawn().forEach(run -> started.add((HostRun) run));
        notices.addAll(last.notices());
        return this;
    }

    OneRollout begins() {
        return told(new RunEvent.RunOrdered()).looks();
    }

    OneRollout looks() {
        for (int i = 0;
                i < 20 && rollout.due().map(due -> !due.isAfter(given.now())).orElse(false);
                i++) {
            told(new RunEvent.TimerFired());
        }
        return this;
    }

    OneRollout waits(Duration time) {
        given.passes(time);
        return looks();
    }

    OneRollout ends(String host, RunOutcome outcome) {
        return ends(host, outcome, 0);
    }

    OneRollout ends(String host, RunOutcome outcome, int vmsLost) {
        @Nullable Refusal why = outcome == RunOutcome.DONE ? null : Refusal.of("BECAUSE", "of something");
        return told(new RunEvent.HostRunEnded(runOf(host).id(), new HostId(host), outcome, why, vmsLost, given.now()));
    }

    /** The run of a host waits for owners of its VMs. */
    OneRollout asksOwners(String host) {
        return told(new RunEvent.OwnersAsked(runOf(host).id(), new HostId(host), given.now()))
                .looks();
    }

    OneRollout endsRefused(String host, String code) {
        Refusal why = Refusal.of(code, "of something");
        return told(
                new RunEvent.HostRunEnded(runOf(host).id(), new HostId(host), RunOutcome.REFUSED, why, 0, given.now()));
    }

    /** The host has the update and was seen since. */
    OneRollout isDone(String host) {
        ends(host, RunOutcome.DONE);
        given.host(host).qemu("11.1.2");
        return isSeen();
    }

    /** Every host is seen, and it looks. */
    OneRollout isSeen() {
        given.everyHostIsSeen();
        return waits(Duration.ofSeconds(2));
    }

    /** The same, taking the update back. */
    OneRollout takingBack() {
        return new OneRollout(given, rollout.takingBack());
    }

    OneRollout paused() {
        return told(new RunEvent.PauseOrdered("ann", "lunch"));
    }

    OneRollout resumed() {
        return told(new RunEvent.ResumeOrdered("ann", "looked at it"));
    }

    OneRollout cancelled() {
        return told(new RunEvent.CancelOrdered("ann", "enough"));
    }

    Rollout rollout() {
        return rollout;
    }

    Step last() {
        return last;
    }

    RolloutState state() {
        return rollout.state();
    }

    @Nullable
    RunOutcome outcome() {
        return rollout.state() instanceof RolloutState.Ended ended ? ended.outcome() : null;
    }

    String stoppedBy() {
        if (rollout.state() instanceof RolloutState.Halted halted) {
            return halted.why().code();
        }
        throw new NoSuchElementException("not halted: " + rollout.state());
    }

    HostRun runOf(String host) {
        return started.reversed().stream()
                .filter(run -> run.host().value().equals(host))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no run of " + host));
    }

    /** The hosts whose runs were started, in order. */
    List<String> taken() {
        return started.stream().map(run -> run.host().value()).toList();
    }

    HostProgress.Status statusOf(String host) {
        return progressOf(host).status();
    }

    HostProgress progressOf(String host) {
        return rollout.hosts().stream()
                .filter(h -> h.host().value().equals(host))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(host));
    }

    List<String> noticeTypes() {
        return notices.stream().map(Notice::type).toList();
    }
}
