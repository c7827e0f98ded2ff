package dev.evenkeel.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Engine;
import dev.evenkeel.core.engine.InMemoryRunStore;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.fleet.VmState;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.update.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the scheduled phase, after the windows in which owners could choose, one rack is done after the other. */
class FaultDomainsTest {
    private static final Duration MONTH = RunPolicy.DEFAULT.selfService();
    private static final Intent STUBBORN = new Intent(
            Duration.ofSeconds(5), Intent.Migration.NEVER, false, Intent.Restart.NEVER, Intent.OnHostFailure.LEAVE);

    private final Given given = new Given();
    private final InMemoryRunStore store = new InMemoryRunStore(given::now);
    private final List<EffectOrder> toDo = new ArrayList<>();
    private final Engine engine = new Engine(
            store,
            new Deciders(),
            toDo::add,
            now -> given.world(),
            given::now,
            store.acquire(Given.SHARD, "s1", Duration.ofDays(1000)).orElseThrow());

    @BeforeEach
    void hostsOfTwoRacks() {
        given.updateOnlyBy(Method.SELF_SERVICE);
        runs("h1", "rack-a", "vm-1");
        runs("h2", "rack-b", "vm-2");
        runs("h3", "rack-a", "vm-3");
    }

    private void runs(String host, String rack, String vm) {
        given.host(host).runs(vm).inRack(rack);
        given.vm(vm).owner(STUBBORN);
    }

    private void offersTo(String... hosts) {
        RolloutPolicy policy = new RolloutPolicy(5, 2, 5, Duration.ofDays(1), RunPolicy.DEFAULT);
        List<HostId> ring = Arrays.stream(hosts).map(HostId::new).toList();
        engine.order(Rollout.ordered(
                new RunId("ro1"), Given.SHARD, Given.UPDATE, policy, List.of(ring), given.now(), "ann", "patch day"));
        turns();
        passes(Duration.ofMinutes(2));
    }

    private void turns() {
        for (int i = 0; i < 8; i++) {
            engine.runDue();
        }
    }

    private void passes(Duration time) {
        given.passes(time);
        given.everyHostIsSeen();
        turns();
    }

    private HostRun runOf(String host) {
        return store.runs(new RunQuery("HostRun", false, null, 100)).stream()
                .map(stored -> (HostRun) stored.run())
                .filter(run -> run.host().value().equals(host))
                .findFirst()
                .orElseThrow();
    }

    private boolean hasBegun(String host) {
        return !(runOf(host).state() instanceof HostRunState.Reserving)
                && !(runOf(host).state() instanceof HostRunState.Offering);
    }

    private void choosesNow(String host, String vm) {
        engine.accept(runOf(host).id(), new RunEvent.OwnerChose(new VmId(vm), given.now(), "acme"));
        turns();
    }

    /** The hosts do what they were told until nothing is left to do. */
    private void hostsWork() {
        for (int i = 0; i < 20; i++) {
            List<EffectOrder> now = List.copyOf(toDo);
            toDo.clear();
            now.forEach(order -> engine.accept(order.run(), new RunEvent.EffectEnded(order.id(), does(order))));
            passes(Duration.ofSeconds(20));
        }
    }

    private Outcome does(EffectOrder order) {
        return switch (order.effect()) {
            case Effect.StopVm stop -> {
                given.vm(stop.vm().value()).is(VmState.SHUT_OFF);
                yield new Outcome.Stopped(given.now());
            }
            case Effect.StartVm start -> {
                given.vm(start.vm().value()).is(VmState.RUNNING);
                yield new Outcome.Started(given.now(), false);
            }
            default -> {
                given.host(order.agent().value()).qemu("11.1.2");
                yield new Outcome.Changed(new TreeMap<>(), new TreeMap<>());
            }
        };
    }

    @Test
    void oneRackIsDoneAfterTheOtherAndWithinOneTheBudgetsHold() {
        offersTo("h1", "h2", "h3");
        assertThat(hasBegun("h1") || hasBegun("h2") || hasBegun("h3")).isFalse();
        passes(MONTH);
        passes(Duration.ofMinutes(1));
        assertThat(hasBegun("h1")).isTrue();
        assertThat(hasBegun("h3")).isTrue();
        assertThat(hasBegun("h2")).isFalse();

        hostsWork();
        assertThat(runOf("h1").ended()).isTrue();
        passes(Duration.ofMinutes(1));
        assertThat(hasBegun("h2")).isTrue();
        hostsWork();
        assertThat(((Rollout) store.load(new RunId("ro1")).orElseThrow().run()).ended())
                .isTrue();
    }

    @Test
    void anOwnerWhoStartsItIsServedWhateverIsDoneElsewhere() {
        offersTo("h1", "h2");
        choosesNow("h1", "vm-1");
        choosesNow("h2", "vm-2");

        assertThat(hasBegun("h1")).isTrue();
        assertThat(hasBegun("h2")).isTrue();
    }

    @Test
    void noRackBeginsInTheScheduledPhaseWhileAnOwnersChoiceIsDoneInAnother() {
        offersTo("h1", "h2");
        passes(MONTH.minusMinutes(3));
        choosesNow("h2", "vm-2");
        passes(Duration.ofMinutes(5));

        assertThat(hasBegun("h2")).isTrue();
        assertThat(hasBegun("h1")).isFalse();
        hostsWork();
        passes(Duration.ofMinutes(1));
        assertThat(hasBegun("h1")).isTrue();
    }

    @Test
    void aRackThatIsNotReadyHoldsNobodyUp() {
        offersTo("h1", "h2");
        passes(MONTH.minusMinutes(3));
        given.host("h1").runs("vm-late");
        given.vm("vm-late").owner(STUBBORN);
        passes(Duration.ofMinutes(20));
        passes(Duration.ofMinutes(20));

        assertThat(runOf("h1").state()).isInstanceOf(HostRunState.Offering.class);
        assertThat(hasBegun("h2")).isTrue();
    }

    @Test
    void whileAHostWaitsForAPersonNoOtherRackBegins() {
        offersTo("h1", "h2");
        passes(MONTH);
        passes(Duration.ofMinutes(1));
        EffectOrder stop = toDo.getFirst();
        toDo.clear();
        engine.accept(
                stop.run(),
                new RunEvent.EffectEnded(stop.id(), new Outcome.Unknown(Refusal.of("SILENT", "nobody can say"))));
        passes(Duration.ofHours(5));
        assertThat(runOf("h1").needsPerson()).isTrue();
        assertThat(hasBegun("h2")).isFalse();

        engine.accept(stop.run(), new RunEvent.ResolveOrdered("bob", RunOutcome.CANCELLED, "looked at it"));
        toDo.clear();
        passes(Duration.ofMinutes(1));
        passes(Duration.ofMinutes(1));
        assertThat(runOf("h1").ended()).isTrue();
        assertThat(hasBegun("h2")).isTrue();
    }
}
