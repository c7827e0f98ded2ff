package dev.evenkeel.store;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** Runs, steps and commits as tests need them. */
final class Runs {
    static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    static final MigrationDomainId SHARD = new MigrationDomainId("domain-1");
    static final MigrationDomainId OTHER_SHARD = new MigrationDomainId("domain-2");
    static final Duration TTL = Duration.ofMinutes(5);

    private Runs() {}

    static HostRun run(String id) {
        return run(id, SHARD, NOW.plusSeconds(10));
    }

    static HostRun run(String id, MigrationDomainId shard, Instant due) {
        HostRunState state = new HostRunState.Reserving(due, due.plusSeconds(3600));
        return in(
                HostRun.ordered(
                        new RunId(id),
                        shard,
                        new HostId("h1"),
                        new Purpose.Evacuate(),
                        RunPolicy.DEFAULT,
                        null,
                        List.of(),
                        NOW,
                        "ann",
                        "a test"),
                state);
    }

    static HostRun ended(HostRun run) {
        return in(run, new HostRunState.Ended(RunOutcome.DONE, null, NOW));
    }

    static HostRun in(HostRun run, HostRunState state) {
        return run.in(state);
    }

    static Rollout rollout(String id) {
        return Rollout.ordered(
                new RunId(id),
                SHARD,
                new UpdateId("qemu-11.1"),
                RolloutPolicy.DEFAULT,
                List.of(List.of(new HostId("h1")), List.of(new HostId("h2"))),
                NOW,
                "ann",
                "a test");
    }

    static Step.Builder step() {
        return new Step.Builder();
    }

    static Step wanting(HostRun run, String... scopes) {
        Step.Builder step = step();
        for (String scope : scopes) {
            step.acquire(new Hold(scope, 1));
        }
        return step.to(run);
    }

    static Step.Builder order(String effect) {
        return step().order(new EffectId(effect), new HostId("h1"), new Effect.StartVm(new VmId("vm-1")));
    }

    static Commit commit(Lease lease, long expectedVersion, Step step) {
        return commit(lease, expectedVersion, new RunEvent.TimerFired(), step);
    }

    static Commit commit(Lease lease, long expectedVersion, RunEvent event, Step step) {
        RunEvent.EffectEnded ended = event instanceof RunEvent.EffectEnded it ? it : null;
        return new Commit(lease, expectedVersion, event, NOW, step, ended, null);
    }

    static Commit consuming(Lease lease, long expectedVersion, long message, Step step) {
        return new Commit(lease, expectedVersion, new RunEvent.RunOrdered(), NOW, step, null, message);
    }

    static Notice notice(String run, String text) {
        return new Notice(NOW, Notice.Level.INFO, "Tested", new RunId(run), text, new TreeMap<>());
    }

    static LedgerEntry ledgerEntry(String run, String vm, String tenant) {
        return new LedgerEntry(
                new EffectId(run + "/" + vm),
                new RunId(run),
                new VmId(vm),
                vm,
                new TenantId(tenant),
                Method.MIGRATE,
                "evacuation",
                new HostId("h1"),
                new HostId("h2"),
                NOW,
                NOW.plusSeconds(3),
                Duration.ofMillis(120),
                Duration.ofNanos(123_456_789),
                null,
                Duration.ofSeconds(3),
                Duration.ofMillis(-120),
                null,
                Duration.ofSeconds(1));
    }
}
