package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.OTHER_SHARD;
import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.commit;
import static dev.evenkeel.store.Runs.ended;
import static dev.evenkeel.store.Runs.order;
import static dev.evenkeel.store.Runs.run;
import static dev.evenkeel.store.Runs.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.EffectRecord.Status;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The way of an effect from the order to its outcome. */
@ParameterizedClass
@EnumSource
class EffectContractTest {
    private static final HostRun RUN = run("r1");
    private static final EffectId EFFECT = new EffectId("r1/1");
    private static final Outcome UNKNOWN = new Outcome.Unknown(Refusal.of("LOST", "the agent lost its journal"));
    private static final Outcome ACTED = new Outcome.Acted();

    private final StoreKind.Opened opened;
    private final RunStore store;
    private final Lease lease;

    EffectContractTest(StoreKind kind) {
        opened = kind.open();
        store = opened.store();
        lease = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        store.commit(commit(lease, 0, new RunEvent.RunOrdered(), Step.ignore(RUN)));
    }

    @Test
    void anOrderedEffectIsOutstandingUntilItsOutcomeIsCommitted() {
        store.commit(commit(lease, 1, order("r1/1").to(RUN)));
        EffectRecord ordered = new EffectRecord(
                EFFECT, RUN.id(), new HostId("h1"), new Effect.StartVm(new VmId("vm-1")), Status.ORDERED, NOW, null);
        assertThat(store.outstanding(SHARD)).containsExactly(ordered);
        assertThat(store.outstandingFor(new HostId("h1"))).containsExactly(ordered);

        store.acknowledge(EFFECT);
        assertThat(store.outstanding(SHARD)).extracting(EffectRecord::status).containsExactly(Status.ACKNOWLEDGED);
        assertThat(store.outstandingFor(new HostId("h1"))).hasSize(1);

        store.commit(commit(lease, 2, new RunEvent.EffectEnded(EFFECT, ACTED), Step.ignore(RUN)));
        assertThat(store.outstanding(SHARD)).isEmpty();
        assertThat(store.outstandingFor(new HostId("h1"))).isEmpty();
        assertThat(status()).isEqualTo(Status.ENDED);
        assertThat(outcome()).isEqualTo(ACTED);
    }

    @Test
    void anAcknowledgementThatComesLateOrForNothingChangesNothing() {
        store.acknowledge(new EffectId("never-ordered"));
        store.commit(commit(lease, 1, order("r1/1").to(RUN)));
        store.commit(commit(lease, 2, new RunEvent.EffectEnded(EFFECT, ACTED), Step.ignore(RUN)));
        store.acknowledge(EFFECT);
        assertThat(status()).isEqualTo(Status.ENDED);
    }

    @Test
    void aLaterOutcomeReplacesAnUnknownOne() {
        store.commit(commit(lease, 1, order("r1/1").to(RUN)));
        store.commit(commit(lease, 2, new RunEvent.EffectEnded(EFFECT, UNKNOWN), Step.ignore(RUN)));
        assertThat(outcome()).isEqualTo(UNKNOWN);
        store.commit(commit(lease, 3, new RunEvent.EffectEnded(EFFECT, ACTED), Step.ignore(RUN)));
        assertThat(outcome()).isEqualTo(ACTED);
    }

    @Test
    void theOutcomeOfAWithdrawnEffectIsKeptAsEvidence() {
        store.commit(commit(lease, 1, order("r1/1").to(ended(RUN))));
        assertThat(status()).isEqualTo(Status.WITHDRAWN);
        store.commit(commit(lease, 2, new RunEvent.EffectEnded(EFFECT, ACTED), Step.ignore(ended(RUN))));
        assertThat(status()).isEqualTo(Status.ENDED);
        assertThat(outcome()).isEqualTo(ACTED);
    }

    @Test
    void aStepMayWithdrawWhatIsOutstandingAndOrderSomethingElse() {
        store.commit(commit(lease, 1, order("r1/1").to(RUN)));
        store.commit(commit(lease, 2, order("r1/2").withdraw().to(RUN)));
        assertThat(store.effects(RUN.id()))
                .extracting(EffectRecord::status)
                .containsExactly(Status.WITHDRAWN, Status.ORDERED);
    }

    @Test
    void theOutcomeOfAnEffectThatNobodyOrderedIsToldInTheStoryOnly() {
        RunEvent stray = new RunEvent.EffectEnded(new EffectId("stray"), ACTED);
        store.commit(commit(lease, 1, stray, Step.ignore(RUN)));
        assertThat(store.effects(RUN.id())).isEmpty();
        assertThat(store.story(RUN.id()).getLast().event()).isEqualTo(stray);
    }

    @Test
    void effectsAreListedInTheOrderTheyWereOrdered() {
        Lease other = store.acquire(OTHER_SHARD, "server-1", TTL).orElseThrow();
        HostRun elsewhere = run("elsewhere", OTHER_SHARD, NOW);
        store.commit(commit(lease, 1, orders("r1/2", "r1/10", "r1/1").to(RUN)));
        store.commit(commit(other, 0, order("elsewhere/1").to(elsewhere)));
        store.commit(commit(lease, 2, orders("r1/0").to(RUN)));

        assertThat(ids(store.effects(RUN.id()))).containsExactly("r1/2", "r1/10", "r1/1", "r1/0");
        assertThat(ids(store.outstanding(SHARD))).containsExactly("r1/2", "r1/10", "r1/1", "r1/0");
        assertThat(ids(store.outstanding(OTHER_SHARD))).containsExactly("elsewhere/1");
        assertThat(ids(store.outstandingFor(new HostId("h1"))))
                .containsExactly("r1/2", "r1/10", "r1/1", "elsewhere/1", "r1/0");
        assertThat(store.outstandingFor(new HostId("h2"))).isEmpty();
    }

    @Test
    void everyKindOfEffectAndOutcomeComesBackAsItWas() {
        Refusal why = Refusal.of("NO_ROOM", "no \"room\" on h2 — 満員", Map.of("free", "0"));
        List<Effect> effects = List.of(
                new Effect.MoveVm(
                        new VmId("vm-1"),
                        new HostId("h1"),
                        new HostId("h2"),
                        "10.77.0.12",
                        Duration.ofNanos(1_500_000_001),
                        true,
                        Duration.ofMinutes(20)),
                new Effect.AbortMove(new VmId("vm-1"), EFFECT),
                new Effect.ApplyUpdate(new UpdateId("qemu-11.1"), Method.MIGRATE),
                new Effect.HandOver(new VmId("vm-1"), Duration.ofSeconds(1), true),
                new Effect.VerifyUpdate(new UpdateId("qemu-11.1")),
                new Effect.UndoUpdate(new UpdateId("qemu-11.1"), Method.HOT_PATCH),
                new Effect.StartVm(new VmId("vm-1")),
                new Effect.AskAgain(EFFECT));
        List<Outcome> outcomes = List.of(
                new Outcome.Moved(
                        new HostId("h2"), Duration.ofMillis(87), Duration.ofSeconds(9), Bytes.ofMiB(300), true, null),
                new Outcome.Changed(new TreeMap<>(Map.of("qemu", "10.0.2")), new TreeMap<>(Map.of("qemu", "11.1"))),
                ACTED,
                new Outcome.Failed(why, Outcome.Aftermath.VM_DEAD, true),
                UNKNOWN);
        Step.Builder all = step();
        for (int i = 0; i < effects.size(); i++) {
            all.order(new EffectId("r1/" + i), new HostId("h1"), effects.get(i));
        }
        store.commit(commit(lease, 1, all.to(RUN)));
        assertThat(store.effects(RUN.id())).extracting(EffectRecord::effect).containsExactlyElementsOf(effects);
        for (int i = 0; i < outcomes.size(); i++) {
            var ended = new RunEvent.EffectEnded(new EffectId("r1/" + i), outcomes.get(i));
            store.commit(commit(lease, 2 + i, ended, Step.ignore(RUN)));
        }
        assertThat(store.effects(RUN.id()).subList(0, outcomes.size()))
                .extracting(EffectRecord::outcome)
                .containsExactlyElementsOf(outcomes);
    }

    @Test
    void wordsThatHoldAZeroCharacterDoNotStopACommit() {
        store.commit(commit(lease, 1, order("r1/1").to(RUN)));
        Outcome odd = new Outcome.Unknown(Refusal.of("ODD", "qemu said \0 and \\u0000"));
        assertThat(store.commit(commit(lease, 2, new RunEvent.EffectEnded(EFFECT, odd), Step.ignore(RUN))))
                .isInstanceOf(dev.evenkeel.core.engine.Commit.Result.Committed.class);
        assertThat(((Outcome.Unknown) outcome()).why().why())
                .startsWith("qemu said ")
                .endsWith(" and \\u0000");
    }

    private Status status() {
        return store.effects(RUN.id()).getFirst().status();
    }

    private Outcome outcome() {
        return java.util.Objects.requireNonNull(
                store.effects(RUN.id()).getFirst().outcome());
    }

    private static Step.Builder orders(String... ids) {
        Step.Builder step = step();
        for (String id : ids) {
            step.order(new EffectId(id), new HostId("h1"), new Effect.StartVm(new VmId("vm-1")));
        }
        return step;
    }

    private static List<String> ids(List<EffectRecord> records) {
        return records.stream().map(record -> record.id().value()).toList();
    }
}
