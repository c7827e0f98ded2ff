package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.commit;
import static dev.evenkeel.store.Runs.notice;
import static dev.evenkeel.store.Runs.run;
import static dev.evenkeel.store.Runs.step;
import static dev.evenkeel.store.Runs.wanting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Commit.Result;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.MigrationDomainId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two servers and many threads on one database, all wanting the same. */
class RivalsTest {
    private static final int THREADS = 8;

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    @Test
    void ofManyWhoCommitTheSameVersionOneWins() throws Exception {
        Lease lease = create(SHARD, "r1");
        for (long version = 1; version <= 30; version++) {
            long expected = version;
            List<Result> results =
                    together(i -> () -> store(i).commit(commit(lease, expected, Step.ignore(run("r1")))));
            assertThat(results).containsOnlyOnce(new Result.Committed(expected + 1));
            assertThat(results).filteredOn(new Result.Stale()::equals).hasSize(THREADS - 1);
        }
        assertThat(store(0).story(new RunId("r1"))).hasSize(31);
    }

    @Test
    void ofManyWhoCreateTheSameRunOneWins() throws Exception {
        Lease lease = create(SHARD, "r0");
        for (int round = 1; round <= 10; round++) {
            String id = "r" + round;
            List<Result> results = together(i -> () -> store(i).commit(commit(lease, 0, Step.ignore(run(id)))));
            assertThat(results).containsOnlyOnce(new Result.Committed(1));
        }
    }

    @Test
    void aBudgetOfOneIsNeverHeldByTwo() throws Exception {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            leases.add(create(new MigrationDomainId("shard-" + i), "r" + i));
        }
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        AtomicBoolean broken = new AtomicBoolean();
        together(i -> () -> {
            long version = 1;
            int taken = 0;
            while (taken < 10) {
                var mine = run("r" + i, leases.get(i).shard(), NOW);
                Result asked = store(i).commit(commit(leases.get(i), version, wanting(mine, "b:2", "b:1", "rack:a")));
                if (asked instanceof Result.Committed committed) {
                    broken.compareAndSet(false, inside.incrementAndGet() != 1);
                    turns.incrementAndGet();
                    taken++;
                    inside.decrementAndGet();
                    Step back = step().release("rack:a")
                            .release("b:1")
                            .release("b:2")
                            .to(mine);
                    version = ((Result.Committed) store(i).commit(commit(leases.get(i), committed.version(), back)))
                            .version();
                } else {
                    assertThat(asked).isInstanceOf(Result.HoldTaken.class);
                }
            }
            return null;
        });
        assertThat(broken).isFalse();
        assertThat(turns).hasValue(THREADS * 10);
        assertThat(store(0).holds()).isEmpty();
    }

    @Test
    void ofManyServersThatWantALeaseOneGetsIt() throws Exception {
        long epoch = 0;
        for (int round = 0; round < 20; round++) {
            List<Optional<Lease>> leases = together(i -> () -> store(i).acquire(SHARD, "server-" + i, TTL));
            List<Lease> won = leases.stream().flatMap(Optional::stream).toList();
            assertThat(won).hasSize(1);
            assertThat(won.getFirst().epoch()).isGreaterThan(epoch);
            epoch = won.getFirst().epoch();
            TestDatabase.execute("UPDATE evenkeel.lease SET expires_at = clock_timestamp() - interval '1 s'");
        }
    }

    @Test
    void ofTwoWhoCommitUnderSuccessiveLeasesTheFormerNeverWritesAfterTheLatter() throws Exception {
        create(SHARD, "r1");
        AtomicInteger fenced = new AtomicInteger();
        together(i -> () -> {
            int turns = 0;
            while (turns < 5) {
                Optional<Lease> lease = store(i).acquire(SHARD, "server-" + i, TTL);
                if (lease.isEmpty()) {
                    TestDatabase.execute("UPDATE evenkeel.lease SET expires_at = clock_timestamp()");
                    continue;
                }
                turns++;
                for (int n = 0; n < 5; n++) {
                    long version = store(i).load(new RunId("r1")).orElseThrow().version();
                    String mine = Long.toString(lease.get().epoch());
                    Step step = step().notice(notice("r1", mine)).to(run("r1"));
                    if (store(i).commit(commit(lease.get(), version, step)) instanceof Result.Fenced) {
                        fenced.incrementAndGet();
                        break;
                    }
                }
            }
            return null;
        });
        List<Long> epochs = store(0).notices(0, 10_000).stream()
                .map(n -> Long.parseLong(n.notice().text()))
                .toList();
        assertThat(epochs).isSorted().isNotEmpty();
        assertThat(fenced.get()).as("the test has teeth").isPositive();
    }

    @Test
    void aLeaseCannotChangeHandsInTheMiddleOfACommit() throws Exception {
        Lease lease = create(SHARD, "r1");
        TestDatabase.execute("UPDATE evenkeel.lease SET expires_at = clock_timestamp() - interval '1 s'");
        try (var threads = Executors.newFixedThreadPool(2);
                var blocker = TestDatabase.server().connect();
                var statement = blocker.createStatement()) {
            blocker.setAutoCommit(false);
            statement.execute("SELECT true FROM evenkeel.run WHERE id = 'r1' FOR UPDATE");
            Future<Result> commit = threads.submit(() -> store(0).commit(commit(lease, 1, Step.ignore(run("r1")))));
            awaitWaiting(1, commit);
            Future<Optional<Lease>> takeover = threads.submit(() -> store(1).acquire(SHARD, "server-1", TTL));
            awaitWaiting(2, takeover);
            blocker.rollback();

            assertThat(commit.get(30, TimeUnit.SECONDS)).isEqualTo(new Result.Committed(2));
            assertThat(takeover.get(30, TimeUnit.SECONDS)).isPresent();
        }
        assertThat(store(0).commit(commit(lease, 2, Step.ignore(run("r1"))))).isEqualTo(new Result.Fenced());
    }

    /** Waits until so many statements wait for a lock, the last of which belongs to the task. */
    private static void awaitWaiting(int statements, Future<?> task) {
        String waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while (Integer.parseInt(TestDatabase.ask(waiting)) < statements) {
            assertThat(task.isDone()).as("it should wait").isFalse();
            Thread.onSpinWait();
        }
    }

    @Test
    void shardsThatManyServersClaimAtOnceAreNeverGivenTwice() throws Exception {
        for (int i = 0; i < 40; i++) {
            store(0).register(new MigrationDomainId("shard-" + i));
        }
        List<List<Lease>> claimed = together(i -> () -> {
            List<Lease> mine = new ArrayList<>();
            while (true) {
                List<Lease> more = store(i).claim("server-" + i, TTL, 3);
                if (more.isEmpty() && free() == 0) {
                    return mine;
                }
                mine.addAll(more);
            }
        });
        List<MigrationDomainId> shards =
                claimed.stream().flatMap(List::stream).map(Lease::shard).toList();
        assertThat(shards).hasSize(40).doesNotHaveDuplicates();
        claimed.forEach(mine ->
                mine.forEach(lease -> assertThat(store(0).renew(lease, TTL)).isTrue()));
        store(1).register(new MigrationDomainId("shard-1"));
        assertThat(free()).as("registering again frees nothing").isZero();
    }

    @Test
    void whoHasReadANoticeHasReadAllBeforeIt() throws Exception {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            leases.add(create(new MigrationDomainId("shard-" + i), "r" + i));
        }
        AtomicBoolean writing = new AtomicBoolean(true);
        List<Long> read = new ArrayList<>();
        try (var reader = Executors.newSingleThreadExecutor()) {
            Future<?> reading = reader.submit(() -> {
                boolean last;
                do {
                    last = !writing.get();
                    long after = read.isEmpty() ? 0 : read.getLast();
                    store(1).notices(after, 100).stream()
                            .map(NumberedNotice::sequence)
                            .forEach(read::add);
                } while (!last);
            });
            together(i -> () -> {
                for (long version = 1; version <= 25; version++) {
                    var mine = run("r" + i, leases.get(i).shard(), NOW);
                    Step step = step().notice(notice("r" + i, "a"))
                            .notice(notice("r" + i, "b"))
                            .to(mine);
                    store(i).commit(commit(leases.get(i), version, step));
                }
                return null;
            });
            writing.set(false);
            reading.get(30, TimeUnit.SECONDS);
        }
        assertThat(read)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, THREADS * 50).boxed().toList());
    }

    private PgRunStore store(int thread) {
        return TestDatabase.STORES.get(thread % 2).runs();
    }

    private static int free() {
        return Integer.parseInt(TestDatabase.ask("SELECT count(*) FROM evenkeel.lease WHERE holder IS NULL"));
    }

    private Lease create(MigrationDomainId shard, String id) {
        Lease lease = store(0).acquire(shard, "server-0", TTL).orElseThrow();
        store(0).commit(commit(lease, 0, new RunEvent.RunOrdered(), Step.ignore(run(id, shard, NOW))));
        return lease;
    }

    /** Runs one task in each thread, all beginning at once; the first failure fails the test. */
    private static <T> List<T> together(IntFunction<Callable<T>> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<T>> futures = IntStream.range(0, THREADS)
                    .mapToObj(i -> threads.submit(() -> {
                        start.await();
                        return task.apply(i).call();
                    }))
                    .toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        }
    }
}
