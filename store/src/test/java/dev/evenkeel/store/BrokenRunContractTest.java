package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Engine;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.World;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A run whose decider throws is set aside whole, and its shard goes on. */
@ParameterizedClass
@EnumSource
class BrokenRunContractTest {
    private final RunStore store;

    BrokenRunContractTest(StoreKind kind) {
        store = kind.open().store();
    }

    /** Takes a hold and orders an effect at first, then fails for one run and ends the other. */
    private static Step decide(Run run, RunEvent event, World world) {
        if (event instanceof RunEvent.RunOrdered) {
            return Runs.order(run.id() + "/1")
                    .acquire(new Hold("vm:" + run.id(), 1))
                    .to(run);
        }
        if (run.id().value().equals("bad")) {
            throw new IllegalStateException("a bug, on purpose");
        }
        return Runs.step().to(Runs.ended((HostRun) run));
    }

    @Test
    void itKeepsItsHoldsItsEffectAndWhatItWasTold() {
        Engine engine = new Engine(
                store,
                BrokenRunContractTest::decide,
                order -> {},
                now -> new World(
                        now,
                        new Fleet(List.of(), List.of()),
                        (vm, from, to) -> {
                            throw new IllegalStateException("nobody asks");
                        },
                        id -> null),
                () -> NOW.plusSeconds(60),
                store.acquire(SHARD, "server-1", TTL).orElseThrow());
        RunId bad = new RunId("bad");
        engine.order(Runs.run("bad"));
        engine.order(Runs.run("good"));
        engine.runDue();
        engine.runDue();

        assertThat(store.load(new RunId("good")).orElseThrow().run().ended()).isTrue();
        HostRun aside = (HostRun) store.load(bad).orElseThrow().run();
        assertThat(aside.state())
                .isInstanceOfSatisfying(
                        HostRunState.NeedsPerson.class,
                        person -> assertThat(person.why().why()).contains("a bug, on purpose"));
        assertThat(store.holds()).containsExactly(new RunStore.HeldScope("vm:bad", bad));

        Outcome acted = new Outcome.Acted();
        engine.accept(
                bad, new RunEvent.EffectEnded(store.effects(bad).getFirst().id(), acted));
        assertThat(store.effects(bad).getFirst().outcome()).isEqualTo(acted);
        assertThat(store.notices(0, 100))
                .filteredOn(n -> n.notice().type().equals("PersonNeeded"))
                .hasSize(1);
    }
}
