package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.commit;
import static dev.evenkeel.store.Runs.notice;
import static dev.evenkeel.store.Runs.run;

import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.MigrationDomainId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Prints how many commits a second go through, each with an effect, a hold that changes hands and a notice, from one
 * shard and from several; beside it how often a second this file system can make one small write durable, which is the
 * ceiling for one shard. Run it by hand: it has a main method and no bar.
 */
final class CommitBench {
    private static final int COMMITS = 400;

    private CommitBench() {}

    public static void main(String[] arguments) throws Exception {
        TestDatabase.empty();
        System.out.printf("%-28s %8.0f /s%n", "durable small writes", syncsPerSecond());
        PgStore store = TestDatabase.store();
        measure(store, 1, "warm-up");
        for (int shards : new int[] {1, 2, 4, 8}) {
            measure(store, shards, shards + " shards");
        }
    }

    private static void measure(PgStore store, int shards, String name) throws Exception {
        TestDatabase.empty();
        List<long[]> latencies = new ArrayList<>();
        long begun = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(shards)) {
            List<Future<long[]>> running = new ArrayList<>();
            for (int i = 0; i < shards; i++) {
                String shard = "shard-" + i;
                running.add(threads.submit(() -> commits(store.runs(), new MigrationDomainId(shard))));
            }
            for (Future<long[]> each : running) {
                latencies.add(each.get());
            }
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%-28s %8.0f /s   median %.2f ms   99th %.2f ms%n",
                name, all.length / seconds, all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6);
    }

    /** As an engine does it: load, then commit. */
    private static long[] commits(PgRunStore store, MigrationDomainId shard) {
        Lease lease = store.acquire(shard, "bench", TTL).orElseThrow();
        var run = run(shard + "/run", shard, NOW);
        store.commit(commit(lease, 0, Step.ignore(run)));
        long[] latencies = new long[COMMITS];
        for (int i = 0; i < COMMITS; i++) {
            long begun = System.nanoTime();
            long version = store.load(new RunId(run.id().value())).orElseThrow().version();
            Step.Builder step = Runs.order(run.id() + "/" + i).notice(notice("r1", "moved"));
            String scope = "host:" + shard;
            store.commit(commit(
                    lease, version, (i % 2 == 0 ? step.acquire(new Hold(scope, 1)) : step.release(scope)).to(run)));
            latencies[i] = System.nanoTime() - begun;
        }
        return latencies;
    }

    private static double syncsPerSecond() throws IOException {
        Path file = Path.of("target", "sync-probe");
        int writes = 200;
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long begun = System.nanoTime();
            for (int i = 0; i < writes; i++) {
                channel.write(ByteBuffer.allocate(8192), 0);
                channel.force(false);
            }
            return writes / ((System.nanoTime() - begun) / 1e9);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
