package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.OTHER_SHARD;
import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.commit;
import static dev.evenkeel.store.Runs.consuming;
import static dev.evenkeel.store.Runs.ended;
import static dev.evenkeel.store.Runs.ledgerEntry;
import static dev.evenkeel.store.Runs.notice;
import static dev.evenkeel.store.Runs.order;
import static dev.evenkeel.store.Runs.run;
import static dev.evenkeel.store.Runs.step;
import static dev.evenkeel.store.Runs.wanting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Commit.Result;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.Message;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.HeldScope;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.engine.RunStore.PendingMessage;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.RunStore.StoryEntry;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.hostrun.HostRun;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a commit writes, and that it writes nothing when it is refused. */
@ParameterizedClass
@EnumSource
class CommitContractTest {
    private static final HostRun RUN = run("r1");
    private static final RunId ID = RUN.id();

    private final StoreKind.Opened opened;
    private final RunStore store;
    private final Lease lease;

    CommitContractTest(StoreKind kind) {
        opened = kind.open();
        store = opened.store();
        lease = store.acquire(SHARD, "server-1", TTL).orElseThrow();
    }

    @Test
    void aNewRunHasVersionOneItsStoryAndItsFirstMessage() {
        assertThat(store.commit(commit(lease, 0, new RunEvent.RunOrdered(), Step.ignore(RUN))))
                .isEqualTo(new Result.Committed(1));

        assertThat(store.load(ID)).contains(new StoredRun(RUN, 1));
        assertThat(store.story(ID)).containsExactly(new StoryEntry(1, NOW, new RunEvent.RunOrdered(), "Reserving"));
        assertThat(store.messages(SHARD, 10))
                .extracting(PendingMessage::message)
                .containsExactly(new Message(ID, new RunEvent.RunOrdered()));
    }

    @Test
    void eachCommitRaisesTheVersionAndReplacesTheState() {
        create(RUN);
        HostRun next = ended(RUN);

        assertThat(store.commit(commit(lease, 1, Step.ignore(next)))).isEqualTo(new Result.Committed(2));

        assertThat(store.load(ID)).contains(new StoredRun(next, 2));
        assertThat(store.story(ID)).extracting(StoryEntry::version).containsExactly(1L, 2L);
        assertThat(store.story(ID)).extracting(StoryEntry::stateAfter).containsExactly("Reserving", "Ended");
    }

    @Test
    void aCommitOnAnotherVersionIsStaleAndWritesNothing() {
        create(RUN);
        for (long version : new long[] {0, 2, 7}) {
            assertThat(store.commit(commit(lease, version, everything(RUN)))).isEqualTo(new Result.Stale());
        }
        assertThat(store.commit(commit(lease, 3, everything(run("never-created")))))
                .isEqualTo(new Result.Stale());
        onlyCreated();
    }

    @Test
    void aCommitWithoutTheShardsLeaseIsFencedAndWritesNothing() {
        create(RUN);
        Lease ofAnother = new Lease(SHARD, "server-2", lease.epoch());
        Lease older = new Lease(SHARD, "server-1", lease.epoch() - 1);
        Lease newer = new Lease(SHARD, "server-1", lease.epoch() + 1);
        for (Lease wrong : List.of(ofAnother, older, newer)) {
            assertThat(store.commit(commit(wrong, 1, everything(RUN)))).isEqualTo(new Result.Fenced());
        }
        Lease unknownShard = new Lease(OTHER_SHARD, "server-1", 1);
        assertThat(store.commit(commit(unknownShard, 0, Step.ignore(run("r2", OTHER_SHARD, NOW)))))
                .isEqualTo(new Result.Fenced());
        onlyCreated();
    }

    @Test
    void aLeaseGivenBackOrTakenOverFencesItsFormerHolder() {
        create(RUN);
        store.release(lease);
        assertThat(store.commit(commit(lease, 1, everything(RUN)))).isEqualTo(new Result.Fenced());

        Lease second = store.acquire(SHARD, "server-2", TTL).orElseThrow();
        opened.leasesRunOut().run();
        Lease third = store.acquire(SHARD, "server-3", TTL).orElseThrow();
        assertThat(store.commit(commit(second, 1, everything(RUN)))).isEqualTo(new Result.Fenced());
        onlyCreated();
        assertThat(store.commit(commit(third, 1, Step.ignore(RUN)))).isEqualTo(new Result.Committed(2));
    }

    @Test
    void aLeaseThatRanOutButThatNobodyTookStillCommits() {
        create(RUN);
        opened.leasesRunOut().run();
        assertThat(store.commit(commit(lease, 1, Step.ignore(RUN)))).isEqualTo(new Result.Committed(2));
    }

    @Test
    void aRunOfAnotherShardCannotBeCommittedAtAll() {
        HostRun elsewhere = run("r2", OTHER_SHARD, NOW);
        assertThatThrownBy(() -> store.commit(commit(lease, 0, Step.ignore(elsewhere))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("domain-2")
                .hasMessageContaining("domain-1");
    }

    @Test
    void everythingOfAStepIsWrittenTogether() {
        create(RUN);
        assertThat(store.commit(commit(lease, 1, everything(RUN)))).isEqualTo(new Result.Committed(2));

        assertThat(store.effects(ID)).hasSize(1);
        assertThat(store.holds()).containsExactly(new HeldScope("host:h1", ID));
        assertThat(store.load(new RunId("spawned"))).contains(new StoredRun(run("spawned"), 1));
        assertThat(store.messages(SHARD, 10))
                .extracting(PendingMessage::message)
                .containsExactly(
                        new Message(ID, new RunEvent.RunOrdered()),
                        new Message(new RunId("spawned"), new RunEvent.RunOrdered()),
                        new Message(ID, new RunEvent.CancelOrdered("ann", "enough")));
        assertThat(store.notices(0, 10)).hasSize(1);
        assertThat(store.ledger(new LedgerQuery(null, null, null, 10))).hasSize(1);
    }

    @Test
    void aMessageIsConsumedOnceAndByItsRunOnly() {
        create(RUN);
        create(run("r2"));
        List<PendingMessage> waiting = store.messages(SHARD, 10);
        long first = waiting.get(0).sequence();
        assertThat(store.commit(consuming(lease, 1, waiting.get(1).sequence(), Step.ignore(RUN))))
                .as("the other run's message")
                .isEqualTo(new Result.Stale());

        assertThat(store.commit(consuming(lease, 1, first, Step.ignore(RUN)))).isEqualTo(new Result.Committed(2));
        assertThat(store.commit(consuming(lease, 2, first, Step.ignore(RUN)))).isEqualTo(new Result.Stale());
        assertThat(store.load(ID).orElseThrow().version()).isEqualTo(2);
        assertThat(store.messages(SHARD, 10)).containsExactly(waiting.get(1));
    }

    @Test
    void aMessageToARunThatDoesNotExistYetWaitsForIt() {
        create(RUN);
        RunId late = new RunId("late");
        store.commit(
                commit(lease, 1, step().send(late, new RunEvent.TimerFired()).to(RUN)));
        assertThat(store.messages(SHARD, 10)).hasSize(1);

        create(run("late"));
        assertThat(store.messages(SHARD, 10))
                .extracting(PendingMessage::message)
                .contains(new Message(late, new RunEvent.TimerFired()));
    }

    @Test
    void anEffectIdOrASpawnedIdThatWasUsedBeforeIsABugAndWritesNothing() {
        create(RUN);
        store.commit(commit(lease, 1, order("r1/1").to(RUN)));

        assertThatThrownBy(() -> store.commit(commit(
                        lease, 2, order("r1/1").notice(notice("r1", "twice")).to(RUN))))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.commit(commit(
                        lease,
                        2,
                        step().spawn(RUN).notice(notice("r1", "twice")).to(RUN))))
                .isInstanceOf(IllegalStateException.class);

        assertThat(store.load(ID).orElseThrow().version()).isEqualTo(2);
        assertThat(store.notices(0, 10)).isEmpty();
        assertThat(store.effects(ID)).hasSize(1);
    }

    @Test
    void aHoldThatIsTakenRefusesTheWholeStep() {
        create(RUN);
        create(run("r2"));
        store.commit(commit(lease, 1, wanting(RUN, "host:h1")));

        Step greedy = step().acquire(new Hold("rack:a", 1))
                .acquire(new Hold("host:h1", 1))
                .notice(notice("r2", "never"))
                .to(run("r2"));
        assertThat(store.commit(commit(lease, 1, greedy)))
                .isEqualTo(new Result.HoldTaken(new Hold("host:h1", 1), List.of(ID)));

        assertThat(store.holds()).containsExactly(new HeldScope("host:h1", ID));
        assertThat(store.load(new RunId("r2")).orElseThrow().version()).isEqualTo(1);
        assertThat(store.notices(0, 10)).isEmpty();
    }

    @Test
    void aHoldIsSharedUpToItsLimitAndNeverTakenTwiceByOneRun() {
        for (String id : List.of("r1", "r2", "r3")) {
            create(run(id));
        }
        Hold two = new Hold("rack:a", 2);
        assertThat(store.commit(commit(lease, 1, step().acquire(two).to(RUN)))).isEqualTo(new Result.Committed(2));
        assertThat(store.commit(commit(lease, 2, step().acquire(two).to(RUN)))).isEqualTo(new Result.Committed(3));
        assertThat(store.commit(commit(lease, 1, step().acquire(two).to(run("r2")))))
                .isEqualTo(new Result.Committed(2));
        assertThat(store.commit(commit(lease, 1, step().acquire(two).to(run("r3")))))
                .isEqualTo(new Result.HoldTaken(two, List.of(ID, new RunId("r2"))));

        assertThat(store.commit(commit(lease, 3, step().release("rack:a").to(RUN))))
                .isEqualTo(new Result.Committed(4));
        assertThat(store.commit(commit(lease, 1, step().acquire(two).to(run("r3")))))
                .isEqualTo(new Result.Committed(2));
        assertThat(store.holds())
                .containsExactly(new HeldScope("rack:a", new RunId("r2")), new HeldScope("rack:a", new RunId("r3")));
    }

    @Test
    void aReleaseByARunThatDoesNotHoldChangesNothing() {
        create(RUN);
        create(run("r2"));
        store.commit(commit(lease, 1, wanting(RUN, "host:h1")));
        store.commit(
                commit(lease, 1, step().release("host:h1").release("never-held").to(run("r2"))));
        assertThat(store.holds()).containsExactly(new HeldScope("host:h1", ID));
    }

    @Test
    void aRunThatEndsGivesEverythingBack() {
        create(RUN);
        store.commit(commit(
                lease,
                1,
                step().acquire(new Hold("host:h1", 1))
                        .acquire(new Hold("rack:a", 3))
                        .to(RUN)));
        store.commit(commit(lease, 2, order("r1/1").to(RUN)));
        store.commit(commit(lease, 3, order("r1/2").to(RUN)));
        store.acknowledge(store.effects(ID).getFirst().id());

        store.commit(commit(lease, 4, Step.ignore(ended(RUN))));

        assertThat(store.holds()).isEmpty();
        assertThat(store.effects(ID))
                .extracting(EffectRecord::status)
                .containsOnly(EffectRecord.Status.WITHDRAWN)
                .hasSize(2);
        assertThat(store.outstanding(SHARD)).isEmpty();
        assertThat(store.nextDue(SHARD)).isEmpty();
    }

    private void create(HostRun run) {
        Commit creation = commit(lease, 0, new RunEvent.RunOrdered(), Step.ignore(run));
        assertThat(store.commit(creation)).isEqualTo(new Result.Committed(1));
    }

    private static Step everything(HostRun run) {
        return order(run.id() + "/1")
                .acquire(new Hold("host:h1", 1))
                .spawn(run("spawned"))
                .send(run.id(), new RunEvent.CancelOrdered("ann", "enough"))
                .record(ledgerEntry("r1", "vm-1", "acme"))
                .notice(notice("r1", "all at once"))
                .to(run);
    }

    /** Nothing is there but the run as it was created. */
    private void onlyCreated() {
        assertThat(store.runs(new RunQuery(null, false, null, 10))).containsExactly(new StoredRun(RUN, 1));
        assertThat(store.story(ID)).hasSize(1);
        assertThat(store.effects(ID)).isEmpty();
        assertThat(store.holds()).isEmpty();
        assertThat(store.messages(SHARD, 10)).hasSize(1);
        assertThat(store.notices(0, 10)).isEmpty();
        assertThat(store.ledger(new LedgerQuery(null, null, null, 10))).isEmpty();
    }
}
