package dev.evenkeel.store;

import dev.evenkeel.core.fleet.HostId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tokens with which hosts join, by the digest of their secret; the database's clock decides when one has run out. */
public final class PgJoinTokens {
    private final Pool pool;

    PgJoinTokens(Pool pool) {
        this.pool = pool;
    }

    /** Keeps a new token and sweeps those that have run out. Returns when this one will. */
    public Instant add(String secretSha256, @Nullable HostId host, Duration ttl) {
        return pool.transaction(handle -> {
            handle.execute("DELETE FROM join_token WHERE expires_at < clock_timestamp()");
            return Pool.Verdict.keep(handle.createQuery("""
                            INSERT INTO join_token (secret_sha256, host, expires_at)
                            VALUES (:secret, :host, clock_timestamp() + make_interval(secs => :ttl))
                            RETURNING expires_at
                            """)
                    .bind("secret", secretSha256)
                    .bind("host", host == null ? null : host.value())
                    .bind("ttl", Times.seconds(ttl))
                    .map((row, context) -> Times.read(row, "expires_at"))
                    .one());
        });
    }

    /**
     * Uses a token up, which lets {@code host} in. It is good once; the same host with the same key may use it again until
     * it runs out, because an answer can get lost. A token for any host is not good for one that is known, lest it take
     * that one's place.
     *
     * @param known the host has joined before
     * @return false when the token is unknown, used by another, meant for another, or run out
     */
    public boolean use(String secretSha256, HostId host, String keySha256, boolean known) {
        return pool.alone(handle -> handle.createUpdate("""
                        UPDATE join_token SET used_by = :host, used_key = :key
                        WHERE secret_sha256 = :secret
                          AND expires_at >= clock_timestamp()
                          AND (used_by IS NULL OR (used_by = :host AND used_key = :key))
                          AND (host = :host OR (host IS NULL AND (NOT :known OR used_by = :host)))
                        """)
                        .bind("secret", secretSha256)
                        .bind("host", host.value())
                        .bind("key", keySha256)
                        .bind("known", known)
                        .execute()
                == 1);
    }
}
