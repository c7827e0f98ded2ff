package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.OTHER_SHARD;
import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may commit. */
@ParameterizedClass
@EnumSource
class LeaseContractTest {

    private final StoreKind.Opened opened;
    private final RunStore store;

    LeaseContractTest(StoreKind kind) {
        opened = kind.open();
        store = opened.store();
    }

    @Test
    void aShardHasOneHolderAndOthersHaveTheirOwn() {
        Lease first = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        assertThat(first.epoch()).isPositive();
        assertThat(store.acquire(SHARD, "server-2", TTL)).isEmpty();
        assertThat(store.acquire(OTHER_SHARD, "server-2", TTL)).isPresent();
    }

    @Test
    void itsHolderGetsTheSameLeaseAgain() {
        Lease first = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        assertThat(store.acquire(SHARD, "server-1", TTL)).contains(first);
    }

    @Test
    void aLeaseThatRanOutGoesToWhoeverAsksWithAHigherEpoch() {
        Lease first = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        opened.leasesRunOut().run();
        Lease second = store.acquire(SHARD, "server-2", TTL).orElseThrow();
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(store.renew(first, TTL)).isFalse();
        assertThat(store.acquire(SHARD, "server-1", TTL)).isEmpty();
    }

    @Test
    void whoeverLetItRunOutStartsANewEpochToo() {
        Lease first = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        opened.leasesRunOut().run();
        assertThat(store.acquire(SHARD, "server-1", TTL).orElseThrow().epoch()).isGreaterThan(first.epoch());
    }

    @Test
    void aRenewedLeaseDoesNotRunOutAndALateRenewalSavesItWhileNobodyTookIt() {
        Lease lease = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        opened.leasesRunOut().run();
        assertThat(store.renew(lease, TTL)).isTrue();
        assertThat(store.acquire(SHARD, "server-2", TTL)).isEmpty();
        assertThat(store.renew(new Lease(SHARD, "server-2", lease.epoch()), TTL))
                .isFalse();
        assertThat(store.renew(new Lease(OTHER_SHARD, "server-1", lease.epoch()), TTL))
                .isFalse();
    }

    @Test
    void aLeaseGivenBackIsFreeAtOnceAndOnlyItsHolderCanGiveItBack() {
        Lease first = store.acquire(SHARD, "server-1", TTL).orElseThrow();
        store.release(new Lease(SHARD, "server-2", first.epoch()));
        store.release(new Lease(SHARD, "server-1", first.epoch() + 1));
        assertThat(store.acquire(SHARD, "server-2", TTL)).isEmpty();

        store.release(first);
        assertThat(store.renew(first, TTL)).isFalse();
        Lease second = store.acquire(SHARD, "server-2", TTL).orElseThrow();
        assertThat(second.epoch()).isGreaterThan(first.epoch());
    }
}
