package dev.evenkeel.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.Deciders;
import dev.evenkeel.core.rollout.HostProgress;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.core.rollout.RolloutState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run whose own code fails goes to a person with all it has, and the others go on. */
class BrokenRunTest {
    private static final RunId BAD = new RunId("bad");

    private final Given given = new Given();
    private RunStore store = new InMemoryRunStore(given::now);
    private final List<EffectOrder> delivered = new ArrayList<>();
    private final List<RunId> heard = new ArrayList<>();
    private BiPredicate<Run, RunEvent> fails = (run, event) -> false;

    @BeforeEach
    void aHostWithTwoVms() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
    }

    private Engine engine() {
        Deciders deciders = new Deciders();
        Decider decider = (run, event, world) -> {
            if (fails.test(run, event)) {
                throw new IllegalStateException("a bug, on purpose");
            }
            return deciders.decide(run, event, world);
        };
        return new Engine(
                store,
                decider,
                delivered::add,
                now -> given.world(),
                given::now,
                store.acquire(Given.SHARD, "s1", Duration.ofDays(1)).orElseThrow(),
                (run, failure) -> heard.add(run));
    }

    private HostRun move(String id, String vm) {
        return HostRun.ordered(
                new RunId(id),
                Given.SHARD,
                new HostId("h1"),
                new Purpose.MoveOne(new VmId(vm), null),
                RunPolicy.DEFAULT,
                null,
                List.of(),
                given.now(),
                "ann",
                "because");
    }

    private void turns(Engine engine) {
        for (int i = 0; i < 5; i++) {
            engine.runDue();
        }
    }

    private Run load(RunId id) {
        return store.load(id).orElseThrow().run();
    }

    private HostRunState.NeedsPerson person() {
        return (HostRunState.NeedsPerson) ((HostRun) load(BAD)).state();
    }

    private static RunEvent ended(EffectOrder move) {
        return new RunEvent.EffectEnded(
                move.id(),
                new Outcome.Moved(
                        new HostId("h2"), Duration.ofMillis(40), Duration.ofSeconds(4), Bytes.ZERO, false, null));
    }

    @Test
    void theOthersGoOnAndThePersonGetsTheException() {
        fails = (run, event) -> run.id().equals(BAD) && event instanceof RunEvent.TimerFired;
        Engine engine = engine();
        engine.order(move("bad", "vm-a"));
        engine.order(move("good", "vm-b"));
        turns(engine);

        assertThat(delivered).extracting(EffectOrder::run).contains(new RunId("good"));
        assertThat(person().why().code()).isEqualTo("RUN_BROKEN");
        assertThat(person().why().why()).contains("a bug, on purpose", "bad", "TimerFired");
        assertThat(person().why().evidence().get("at")).contains("BrokenRunTest");
        assertThat(heard).containsOnly(BAD);
    }

    @Test
    void itIsToldOnceAndLookedAtEverMoreSeldom() {
        fails = (run, event) -> run.id().equals(BAD) && event instanceof RunEvent.TimerFired;
        Engine engine = engine();
        engine.order(move("bad", "vm-a"));
        for (int i = 0; i < 600; i++) {
            turns(engine);
            given.passes(Duration.ofSeconds(10));
        }
        assertThat(store.notices(0, 1000))
                .filteredOn(n -> n.notice().type().equals("PersonNeeded"))
                .hasSize(1);
        assertThat(store.story(BAD)).hasSizeLessThan(20);
    }

    @Test
    void anOutcomeThatItCannotTakeIsKeptWithItsHoldsAndTakenOnceTheBugIsGone() {
        Engine engine = engine();
        engine.order(move("bad", "vm-a"));
        turns(engine);
        EffectOrder move = delivered.getFirst();
        List<RunStore.HeldScope> held = store.holds();
        assertThat(held).isNotEmpty();

        fails = (run, event) -> event instanceof RunEvent.EffectEnded;
        assertThat(engine.accept(BAD, ended(move))).isEqualTo(Engine.Accepted.COMMITTED);
        assertThat(load(BAD).needsPerson()).isTrue();
        assertThat(store.effects(BAD).getFirst().outcome()).isInstanceOf(Outcome.Moved.class);
        assertThat(store.holds()).isEqualTo(held);

        fails = (run, event) -> false;
        engine.accept(BAD, ended(move));
        assertThat(load(BAD).needsPerson()).isFalse();
    }

    @Test
    void aMessageThatARolloutCannotTakeIsNotLost() {
        Engine engine = engine();
        engine.order(Rollout.ordered(
                BAD,
                Given.SHARD,
                Given.UPDATE,
                RolloutPolicy.DEFAULT,
                List.of(List.of(new HostId("h1"))),
                given.now(),
                "ann",
                "patch day"));
        turns(engine);
        RunId child = delivered.getFirst().run();

        fails = (run, event) -> event instanceof RunEvent.HostRunEnded
                && run instanceof Rollout r
                && r.state() instanceof RolloutState.Rolling;
        delivered.forEach(move -> engine.accept(child, ended(move)));
        engine.accept(child, new RunEvent.CancelOrdered("ann", "enough"));
        given.passes(Duration.ofSeconds(10));
        turns(engine);

        assertThat(load(child).ended()).isTrue();
        Rollout rollout = (Rollout) load(BAD);
        assertThat(rollout.needsPerson()).isTrue();
        assertThat(rollout.hosts().getFirst().status()).isNotEqualTo(HostProgress.Status.RUNNING);
        assertThat(store.messages(Given.SHARD, 10)).isEmpty();
    }

    @Test
    void aRunThatNobodyCanReadStandsInNobodysWay() {
        store = new InMemoryRunStore(given::now) {
            @Override
            public synchronized Optional<StoredRun> load(RunId id) {
                if (id.equals(BAD)) {
                    throw new IllegalStateException("unreadable");
                }
                return super.load(id);
            }
        };
        Engine engine = engine();
        engine.order(move("bad", "vm-a"));
        engine.order(move("good", "vm-b"));
        turns(engine);
        assertThat(delivered).extracting(EffectOrder::run).containsOnly(new RunId("good"));
        assertThat(heard).contains(BAD);
        assertThat(engine.nextDue()).hasValueSatisfying(due -> assertThat(due).isAfter(given.now()));
    }

    @Test
    void aStoreThatIsAwayIsNobodysFault() {
        Engine engine = engine();
        engine.order(move("bad", "vm-a"));
        fails = (run, event) -> {
            throw new Unavailable("the catalogue is away", null);
        };
        assertThatThrownBy(engine::runDue).isInstanceOf(Unavailable.class);
        assertThat(load(BAD).needsPerson()).isFalse();
        assertThat(heard).isEmpty();
    }
}
