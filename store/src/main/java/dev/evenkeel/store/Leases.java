package dev.evenkeel.store;

import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.fleet.MigrationDomainId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Leases as rows. All times are the database's own, read after any wait for the row. */
final class Leases {
    private final Pool pool;

    Leases(Pool pool) {
        this.pool = pool;
    }

    Optional<Lease> acquire(MigrationDomainId shard, String holder, Duration ttl) {
        return pool.alone(handle -> handle.createQuery("""
                        INSERT INTO lease AS mine (shard, holder, epoch, expires_at)
                        VALUES (:shard, :holder, 1, clock_timestamp() + make_interval(secs => :ttl))
                        ON CONFLICT (shard) DO UPDATE
                        SET holder = :holder,
                            epoch = CASE WHEN mine.holder = :holder AND mine.expires_at > clock_timestamp()
                                    THEN mine.epoch ELSE mine.epoch + 1 END,
                            expires_at = clock_timestamp() + make_interval(secs => :ttl)
                        WHERE mine.holder IS NULL OR mine.holder = :holder OR mine.expires_at <= clock_timestamp()
                        RETURNING epoch
                        """)
                .bind("shard", shard.value())
                .bind("holder", holder)
                .bind("ttl", Times.seconds(ttl))
                .mapTo(Long.class)
                .findOne()
                .map(epoch -> new Lease(shard, holder, epoch)));
    }

    boolean renew(Lease lease, Duration ttl) {
        return pool.alone(handle -> handle.createUpdate("""
                                UPDATE lease SET expires_at = clock_timestamp() + make_interval(secs => :ttl)
                                WHERE shard = :shard AND holder = :holder AND epoch = :epoch
                                """)
                        .bind("ttl", Times.seconds(ttl))
                        .bind("shard", lease.shard().value())
                        .bind("holder", lease.holder())
                        .bind("epoch", lease.epoch())
                        .execute()
                == 1);
    }

    void release(Lease lease) {
        pool.alone(handle -> handle.createUpdate("""
                        UPDATE lease SET holder = NULL, expires_at = clock_timestamp()
                        WHERE shard = :shard AND holder = :holder AND epoch = :epoch
                        """)
                .bind("shard", lease.shard().value())
                .bind("holder", lease.holder())
                .bind("epoch", lease.epoch())
                .execute());
    }

    /** Makes a shard known, free for anybody to {@link #claim}. */
    void register(MigrationDomainId shard) {
        pool.alone(
                handle -> handle.createUpdate("""
                        INSERT INTO lease (shard, holder, epoch, expires_at)
                        VALUES (:shard, NULL, 1, clock_timestamp())
                        ON CONFLICT (shard) DO NOTHING
                        """).bind("shard", shard.value()).execute());
    }

    /** Takes up to so many shards that nobody holds; two servers that claim at once get different ones. */
    List<Lease> claim(String holder, Duration ttl, int limit) {
        return pool.alone(handle -> handle.createQuery("""
                        UPDATE lease
                        SET holder = :holder, epoch = epoch + 1,
                            expires_at = clock_timestamp() + make_interval(secs => :ttl)
                        WHERE shard IN (
                            SELECT shard FROM lease
                            WHERE holder IS NULL OR expires_at <= clock_timestamp()
                            ORDER BY expires_at, shard LIMIT :limit
                            FOR UPDATE SKIP LOCKED)
                        RETURNING shard, epoch
                        """)
                .bind("holder", holder)
                .bind("ttl", Times.seconds(ttl))
                .bind("limit", limit)
                .map((row, context) ->
                        new Lease(new MigrationDomainId(row.getString("shard")), holder, row.getLong("epoch")))
                .list());
    }
}
