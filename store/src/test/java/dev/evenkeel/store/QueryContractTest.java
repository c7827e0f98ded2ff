package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.OTHER_SHARD;
import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.commit;
import static dev.evenkeel.store.Runs.ended;
import static dev.evenkeel.store.Runs.ledgerEntry;
import static dev.evenkeel.store.Runs.notice;
import static dev.evenkeel.store.Runs.run;
import static dev.evenkeel.store.Runs.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.LedgerQuery;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.RunStore.StoryEntry;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be asked of a store. */
@ParameterizedClass
@EnumSource
class QueryContractTest {

    private final StoreKind.Opened opened;
    private final RunStore store;
    private final Lease lease;

    QueryContractTest(StoreKind kind) {
        opened = kind.open();
        store = opened.store();
        lease = store.acquire(SHARD, "server-1", TTL).orElseThrow();
    }

    @Test
    void anEmptyStoreAnswersEverythingWithNothing() {
        RunId nobody = new RunId("nobody");
        assertThat(store.load(nobody)).isEmpty();
        assertThat(store.runs(new RunQuery(null, false, null, 10))).isEmpty();
        assertThat(store.due(SHARD, NOW, 10)).isEmpty();
        assertThat(store.nextDue(SHARD)).isEmpty();
        assertThat(store.messages(SHARD, 10)).isEmpty();
        assertThat(store.outstanding(SHARD)).isEmpty();
        assertThat(store.outstandingFor(new HostId("h1"))).isEmpty();
        assertThat(store.effects(nobody)).isEmpty();
        assertThat(store.holds()).isEmpty();
        assertThat(store.story(nobody)).isEmpty();
        assertThat(store.notices(0, 10)).isEmpty();
        assertThat(store.ledger(new LedgerQuery(null, null, null, 10))).isEmpty();
    }

    @Test
    void runsAreListedNewestFirstPageByPage() {
        List.of("r1", "r2", "r3", "r4").forEach(id -> create(run(id)));
        store.commit(commit(lease, 1, Step.ignore(run("r2")))); // a later version is no later creation

        assertThat(ids(new RunQuery(null, false, null, 3))).containsExactly("r4", "r3", "r2");
        assertThat(ids(new RunQuery(null, false, new RunId("r2"), 3))).containsExactly("r1");
        assertThat(ids(new RunQuery(null, false, new RunId("r1"), 3))).isEmpty();
        assertThat(ids(new RunQuery(null, false, new RunId("unknown"), 3))).isEmpty();
    }

    @Test
    void runsAreListedByKindAndLife() {
        create(run("r1"));
        create(Runs.rollout("ro1"));
        create(ended(run("r2")));
        store.commit(commit(lease, 1, step().spawn(run("r3")).to(Runs.rollout("ro1"))));

        assertThat(ids(new RunQuery("HostRun", false, null, 10))).containsExactly("r3", "r2", "r1");
        assertThat(ids(new RunQuery("Rollout", false, null, 10))).containsExactly("ro1");
        assertThat(ids(new RunQuery(null, true, null, 10))).containsExactly("r3", "ro1", "r1");
        assertThat(ids(new RunQuery("HostRun", true, new RunId("r3"), 10))).containsExactly("r1");
        assertThat(store.load(new RunId("ro1")).orElseThrow().run()).isEqualTo(Runs.rollout("ro1"));
    }

    @Test
    void timersAreListedByTheirTimeWithinTheirShard() {
        Lease other = store.acquire(OTHER_SHARD, "server-1", TTL).orElseThrow();
        create(run("later", SHARD, NOW.plusSeconds(20)));
        create(run("b", SHARD, NOW.plusSeconds(10)));
        create(run("a", SHARD, NOW.plusSeconds(10)));
        create(run("soon", SHARD, NOW.plusSeconds(5)));
        create(ended(run("over")));
        store.commit(commit(other, 0, Step.ignore(run("elsewhere", OTHER_SHARD, NOW))));

        assertThat(store.nextDue(SHARD)).contains(NOW.plusSeconds(5));
        assertThat(store.nextDue(OTHER_SHARD)).contains(NOW);
        assertThat(store.due(SHARD, NOW.plusSeconds(4), 10)).isEmpty();
        assertThat(due(5, 10)).containsExactly("soon");
        assertThat(due(19, 10)).containsExactly("soon", "a", "b");
        assertThat(due(20, 10)).containsExactly("soon", "a", "b", "later");
        assertThat(due(20, 2)).containsExactly("soon", "a");
    }

    @Test
    void aTimerIsNeverDueBeforeItsTimeHoweverFinelyThatIsGiven() {
        create(run("r1", SHARD, NOW.plusNanos(1)));
        assertThat(store.due(SHARD, NOW, 10)).isEmpty();
        assertThat(store.nextDue(SHARD).orElseThrow()).isAfter(NOW);
        assertThat(store.due(SHARD, store.nextDue(SHARD).orElseThrow(), 10)).hasSize(1);
    }

    @Test
    void messagesAreListedOldestFirstWithinTheirShardUpToTheLimit() {
        Lease other = store.acquire(OTHER_SHARD, "server-1", TTL).orElseThrow();
        create(run("r1"));
        store.commit(commit(other, 0, Step.ignore(run("elsewhere", OTHER_SHARD, NOW))));
        create(run("r2"));
        assertThat(to(SHARD, 10)).containsExactly("r1", "r2");
        assertThat(to(SHARD, 1)).containsExactly("r1");
        assertThat(to(OTHER_SHARD, 10)).containsExactly("elsewhere");
    }

    @Test
    void aMessageCanGoToARunOfAnotherShard() {
        Lease other = store.acquire(OTHER_SHARD, "server-1", TTL).orElseThrow();
        store.commit(commit(other, 0, Step.ignore(run("elsewhere", OTHER_SHARD, NOW))));
        create(run("r1"));
        store.commit(commit(
                lease,
                1,
                step().send(new RunId("elsewhere"), new RunEvent.TimerFired()).to(run("r1"))));
        assertThat(to(OTHER_SHARD, 10)).containsExactly("elsewhere", "elsewhere");
    }

    @Test
    void noticesAreNumberedFromOneInTheOrderOfCommits() {
        create(run("r1"));
        store.commit(commit(
                lease,
                1,
                step().notice(notice("r1", "a")).notice(notice("r1", "b")).to(run("r1"))));
        store.commit(commit(lease, 9, step().notice(notice("r1", "never")).to(run("r1"))));
        Notice alarm = new Notice(
                NOW,
                Notice.Level.ALARM,
                "VmDied",
                new RunId("r1"),
                "VM web-1 died",
                new TreeMap<>(Map.of("vm", "web-1", "host", "h1")));
        store.commit(commit(lease, 2, step().notice(alarm).to(run("r1"))));

        assertThat(store.notices(0, 10)).extracting(NumberedNotice::sequence).containsExactly(1L, 2L, 3L);
        assertThat(store.notices(0, 2)).extracting(n -> n.notice().text()).containsExactly("a", "b");
        assertThat(store.notices(2, 10)).containsExactly(new NumberedNotice(3, alarm));
        assertThat(store.notices(3, 10)).isEmpty();
    }

    @Test
    void theLedgerIsAskedByVmRunAndTenant() {
        LedgerEntry first = ledgerEntry("r1", "vm-1", "acme");
        LedgerEntry second = ledgerEntry("r1", "vm-2", "acme");
        LedgerEntry third = ledgerEntry("r2", "vm-1", "blue");
        create(run("r1"));
        store.commit(commit(lease, 1, step().record(first).record(second).to(run("r1"))));
        store.commit(commit(lease, 2, step().record(third).to(run("r1"))));

        assertThat(store.ledger(new LedgerQuery(null, null, null, 10))).containsExactly(third, second, first);
        assertThat(store.ledger(new LedgerQuery(null, null, null, 1))).containsExactly(third);
        assertThat(store.ledger(new LedgerQuery(new VmId("vm-1"), null, null, 10)))
                .containsExactly(third, first);
        assertThat(store.ledger(new LedgerQuery(null, new RunId("r1"), null, 10)))
                .containsExactly(second, first);
        assertThat(store.ledger(new LedgerQuery(null, null, Set.of(new TenantId("acme")), 10)))
                .containsExactly(second, first);
        assertThat(store.ledger(new LedgerQuery(new VmId("vm-1"), null, Set.of(new TenantId("acme")), 10)))
                .containsExactly(first);
        assertThat(store.ledger(new LedgerQuery(new VmId("vm-9"), null, null, 10)))
                .isEmpty();
    }

    @Test
    void holdsAreListedByScopeAndByWhoCameFirst() {
        create(run("r2"));
        create(run("r1"));
        store.commit(commit(lease, 1, step().acquire(new Hold("rack:a", 2)).to(run("r2"))));
        store.commit(commit(
                lease,
                1,
                step().acquire(new Hold("rack:a", 2))
                        .acquire(new Hold("host:h1", 1))
                        .to(run("r1"))));
        assertThat(store.holds())
                .extracting(held -> held.scope() + " " + held.holder())
                .containsExactly("host:h1 r1", "rack:a r2", "rack:a r1");
    }

    @Test
    void everyKindOfEventComesBackAsItWas() {
        Refusal why = Refusal.of("TAKEN", "taken", Map.of("by", "r9"));
        List<RunEvent> events = List.of(
                new RunEvent.RunOrdered(),
                new RunEvent.TimerFired(),
                new RunEvent.HoldRefused(new Hold("host:h1", 1), why),
                new RunEvent.HostObserved(new HostId("h1")),
                new RunEvent.HostRunEnded(new RunId("r2"), new HostId("h1"), RunOutcome.UNDONE, why, 0, NOW),
                new RunEvent.HostRunEnded(new RunId("r2"), new HostId("h1"), RunOutcome.DONE, null, 1, NOW),
                new RunEvent.PauseOrdered("ann", "lunch"),
                new RunEvent.ResumeOrdered("ann", "back"),
                new RunEvent.CancelOrdered("ann", "enough"),
                new RunEvent.ResolveOrdered("ann", RunOutcome.FAILED, "looked"));
        create(run("r1"));
        List<RunEvent> told = new ArrayList<>(List.of(new RunEvent.RunOrdered()));
        for (RunEvent event : events) {
            store.commit(commit(lease, told.size(), event, Step.ignore(run("r1"))));
            told.add(event);
        }
        assertThat(store.story(new RunId("r1"))).extracting(StoryEntry::event).containsExactlyElementsOf(told);
    }

    private void create(Run run) {
        store.commit(commit(lease, 0, new RunEvent.RunOrdered(), Step.ignore(run)));
    }

    private List<String> ids(RunQuery query) {
        return store.runs(query).stream().map(it -> it.run().id().value()).toList();
    }

    private List<String> due(long seconds, int limit) {
        return store.due(SHARD, NOW.plusSeconds(seconds), limit).stream()
                .map(RunId::value)
                .toList();
    }

    private List<String> to(dev.evenkeel.core.fleet.MigrationDomainId shard, int limit) {
        return store.messages(shard, limit).stream()
                .map(it -> it.message().to().value())
                .toList();
    }
}
