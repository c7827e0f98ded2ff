package dev.evenkeel.store;

import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.wire.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tokens for people and programs; the database's clock decides when one has run out. Safe for many threads. */
public final class PgApiTokens {
    private final Pool pool;

    PgApiTokens(Pool pool) {
        this.pool = pool;
    }

    /** A token that is good, and the digest of its secret in lower-case hex. */
    public record Known(ApiToken token, String secretSha256) {}

    /** Keeps a new token and sweeps those that have run out. The same id again, of a repeated order, gets the new secret. */
    public ApiToken add(
            String id,
            String name,
            String role,
            SortedSet<TenantId> tenants,
            String secretSha256,
            String createdBy,
            Duration ttl) {
        return pool.transaction(handle -> {
            handle.execute("DELETE FROM api_token WHERE expires_at < clock_timestamp()");
            return Pool.Verdict.keep(handle.createQuery("""
                            INSERT INTO api_token (id, name, role, tenants, secret_sha256, created_by, expires_at)
                            VALUES (:id, :name, :role, CAST(:tenants AS jsonb), :secret, :by,
                                    clock_timestamp() + make_interval(secs => :ttl))
                            ON CONFLICT (id) DO UPDATE SET secret_sha256 = EXCLUDED.secret_sha256
                            RETURNING *
                            """)
                    .bind("id", id)
                    .bind("name", name)
                    .bind("role", role)
                    .bind("tenants", Json.mapper().writeValueAsString(tenants))
                    .bind("secret", secretSha256)
                    .bind("by", createdBy)
                    .bind("ttl", Times.seconds(ttl))
                    .map((row, context) -> read(row))
                    .one());
        });
    }

    /** The token of this id, while it is good. */
    public Optional<Known> find(String id) {
        return pool.alone(handle -> handle.createQuery(
                        "SELECT * FROM api_token WHERE id = :id AND expires_at >= clock_timestamp()")
                .bind("id", id)
                .map((row, context) -> new Known(read(row), row.getString("secret_sha256")))
                .findFirst());
    }

    /** Those that are good, by id. */
    public List<ApiToken> list(@Nullable String after, int limit) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT * FROM api_token
                        WHERE expires_at >= clock_timestamp() AND (CAST(:after AS text) IS NULL OR id > :after)
                        ORDER BY id LIMIT :limit
                        """)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> read(row))
                .list());
    }

    /** Ends a token; false when there is none of this id. */
    public boolean remove(String id) {
        return pool.alone(handle -> handle.createUpdate("DELETE FROM api_token WHERE id = :id")
                        .bind("id", id)
                        .execute()
                == 1);
    }

    private static ApiToken read(ResultSet row) throws SQLException {
        TenantId[] tenants = Json.mapper().readValue(row.getString("tenants"), TenantId[].class);
        return new ApiToken(
                row.getString("id"),
                row.getString("name"),
                row.getString("role"),
                new TreeSet<>(Arrays.asList(tenants)),
                Times.read(row, "created_at"),
                row.getString("created_by"),
                Times.read(row, "expires_at"));
    }
}
