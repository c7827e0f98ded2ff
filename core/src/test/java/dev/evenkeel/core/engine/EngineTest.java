package dev.evenkeel.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.Given;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.Deciders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EngineTest {
    private static final Duration TTL = Duration.ofSeconds(15);

    private final Given given = new Given();
    private final InMemoryRunStore store = new InMemoryRunStore(given::now);
    private final List<EffectOrder> delivered = new ArrayList<>();

    @BeforeEach
    void aHostWithTwoVms() {
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
    }

    private Engine engine(String holder) {
        return new Engine(
                store,
                new Deciders(),
                delivered::add,
                now -> given.world(),
                given::now,
                store.acquire(Given.SHARD, holder, TTL).orElseThrow());
    }

    private static HostRun run(String id, Purpose purpose, Given given) {
        RunPolicy oneAtATime = new RunPolicy(
                1,
                3,
                Duration.ofHours(1),
                Duration.ofHours(2),
                Duration.ofMinutes(20),
                Duration.ofMinutes(30),
                Duration.ofMinutes(5),
                null,
                Duration.ofDays(28));
        return HostRun.ordered(
                new RunId(id),
                Given.SHARD,
                new HostId("h1"),
                purpose,
                oneAtATime,
                null,
                List.of(),
                given.now(),
                "ann",
                "because");
    }

    private void turn(Engine engine) {
        for (int i = 0; i < 5; i++) {
            engine.runDue();
        }
    }

    private static Outcome moved() {
        return new Outcome.Moved(
                new HostId("h2"), Duration.ofMillis(40), Duration.ofSeconds(4), Bytes.ZERO, false, null);
    }

    @Test
    void nothingLeavesBeforeItsCommit() {
        Engine engine = engine("s1");
        engine.order(run("run1", new Purpose.Evacuate(), given));
        assertThat(delivered).isEmpty();

        turn(engine);

        assertThat(delivered)
                .singleElement()
                .satisfies(order -> assertThat(store.effects(order.run()))
                        .extracting(EffectRecord::id)
                        .contains(order.id()));
    }

    @Test
    void anOutcomeIsKeptEvenWhenTheNextStepIsRefusedAHold() {
        Engine engine = engine("s1");
        engine.order(run("other", new Purpose.MoveOne(new VmId("vm-b"), null), given));
        turn(engine);
        engine.order(run("run1", new Purpose.Evacuate(), given));
        turn(engine);
        EffectOrder move = delivered.getLast();
        assertThat(move.run()).isEqualTo(new RunId("run1"));

        engine.accept(move.run(), new RunEvent.EffectEnded(move.id(), moved()));
        given.vm("vm-a").isOn("h2");
        turn(engine);

        assertThat(store.effects(move.run()).getFirst().outcome()).isEqualTo(moved());
        assertThat(((HostRun) store.load(move.run()).orElseThrow().run()).moved())
                .isEqualTo(1);
        assertThat(store.story(move.run()))
                .extracting(RunStore.StoryEntry::event)
                .hasAtLeastOneElementOfType(RunEvent.HoldRefused.class);
    }

    @Test
    void aVmThatAnotherRunHoldsDoesNotStopTheOthers() {
        Engine engine = engine("s1");
        engine.order(run("other", new Purpose.MoveOne(new VmId("vm-a"), null), given));
        turn(engine);

        engine.order(run("run1", new Purpose.Evacuate(), given));
        for (int i = 0; i < 5; i++) {
            given.passes(Duration.ofSeconds(3));
            turn(engine);
        }

        assertThat(delivered)
                .filteredOn(order -> order.run().equals(new RunId("run1")))
                .extracting(order -> ((Effect.MoveVm) order.effect()).vm())
                .containsOnly(new VmId("vm-b"));
    }

    @Test
    void whatNoAgentAcknowledgedIsDeliveredAgainAndOnlyThat() {
        Engine engine = engine("s1");
        engine.order(run("run1", new Purpose.Evacuate(), given));
        turn(engine);
        given.passes(Duration.ofSeconds(6));
        turn(engine);
        assertThat(delivered).hasSize(2);
        assertThat(delivered.get(1)).isEqualTo(delivered.get(0));

        store.acknowledge(delivered.getFirst().id());
        given.passes(Duration.ofSeconds(6));
        turn(engine);
        assertThat(delivered).hasSize(2);
    }

    @Test
    void anEngineThatTakesOverDeliversWhatTheLastOneDidNot() {
        engine("s1").order(run("run1", new Purpose.Evacuate(), given));
        given.passes(TTL);
        Engine second = engine("s2");
        turn(second);
        delivered.clear();
        given.passes(TTL);

        turn(engine("s3"));

        assertThat(delivered).singleElement().extracting(EffectOrder::epoch).isEqualTo(3L);
    }

    @Test
    void anEngineThatLostItsLeaseIsToldSoAndChangesNothing() {
        Engine first = engine("s1");
        first.order(run("run1", new Purpose.Evacuate(), given));
        given.passes(TTL);
        engine("s2");

        assertThat(first.runDue()).isEqualTo(Engine.Accepted.FENCED);
        assertThat(first.accept(new RunId("run1"), new RunEvent.CancelOrdered("ann", "enough")))
                .isEqualTo(Engine.Accepted.FENCED);
        assertThat(delivered).isEmpty();
    }

    @Test
    void aRepeatedOutcomeIsNotWrittenAgainAndAnUncertainOneNeverReplacesIt() {
        Engine engine = engine("s1");
        engine.order(run("run1", new Purpose.Evacuate(), given));
        turn(engine);
        EffectOrder move = delivered.getFirst();
        engine.accept(move.run(), new RunEvent.EffectEnded(move.id(), moved()));
        int told = store.story(move.run()).size();

        engine.accept(move.run(), new RunEvent.EffectEnded(move.id(), moved()));
        engine.accept(move.run(), new RunEvent.EffectEnded(move.id(), new Outcome.Unknown(Refusal.of("SILENT", "?"))));

        assertThat(store.story(move.run())).hasSize(told);
        assertThat(store.effects(move.run()).getFirst().outcome()).isEqualTo(moved());
    }

    @Test
    void anUnknownRunIsAnAnswerNotAnException() {
        assertThat(engine("s1").accept(new RunId("nobody"), new RunEvent.TimerFired()))
                .isEqualTo(Engine.Accepted.UNKNOWN_RUN);
    }
}
