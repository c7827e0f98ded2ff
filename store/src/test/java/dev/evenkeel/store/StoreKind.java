package dev.evenkeel.store;

import dev.evenkeel.core.engine.InMemoryRunStore;
import dev.evenkeel.core.engine.RunStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** The stores that the contract is held against. */
enum StoreKind {
    IN_MEMORY {
        @Override
        Opened open() {
            var clock = new AtomicReference<>(Runs.NOW);
            RunStore store = new InMemoryRunStore(clock::get);
            return new Opened(store, () -> clock.updateAndGet(now -> now.plus(Duration.ofDays(1))));
        }
    },
    POSTGRES {
        @Override
        Opened open() {
            TestDatabase.empty();
            return new Opened(
                    TestDatabase.store().runs(),
                    () -> TestDatabase.execute(
                            "UPDATE evenkeel.lease SET expires_at = clock_timestamp() - interval '1 s'"));
        }
    };

    abstract Opened open();

    /** An empty store and a way to let all leases run out. */
    record Opened(RunStore store, Runnable leasesRunOut) {}
}
