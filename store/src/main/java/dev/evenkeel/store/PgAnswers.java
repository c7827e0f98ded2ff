package dev.evenkeel.store;

import dev.evenkeel.wire.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers to orders that came with an idempotency key, kept for a day. Safe for many threads and servers. */
public final class PgAnswers {
    private static final Duration KEEP = Duration.ofDays(1);
    /** After so long without an answer whoever took the key is dead. */
    private static final Duration ABANDONED = Duration.ofMinutes(2);

    private final Pool pool;

    PgAnswers(Pool pool) {
        this.pool = pool;
    }

    /** An answer as it went out. */
    public record Answer(int status, Map<String, String> headers, byte[] body) {}

    /**
     * Somebody else's claim.
     *
     * @param request digest of the request that it was made with
     * @param answer null while under way
     */
    public record Taken(String request, @Nullable Answer answer) {}

    /** Takes a key; nothing when it is ours now, else who has it. */
    public Optional<Taken> claim(String owner, String key, String request) {
        return pool.transaction(handle -> {
            handle.createUpdate(
                            "DELETE FROM answer WHERE claimed_at < clock_timestamp() - make_interval(secs => :keep)")
                    .bind("keep", Times.seconds(KEEP))
                    .execute();
            boolean ours = handle.createUpdate("""
                            INSERT INTO answer AS old (owner, key, request) VALUES (:owner, :key, :request)
                            ON CONFLICT (owner, key) DO UPDATE SET claimed_at = clock_timestamp()
                            WHERE old.request = :request AND old.status IS NULL
                              AND old.claimed_at < clock_timestamp() - make_interval(secs => :abandoned)
                            """)
                            .bind("owner", owner)
                            .bind("key", key)
                            .bind("request", request)
                            .bind("abandoned", Times.seconds(ABANDONED))
                            .execute()
                    == 1;
            if (ours) {
                return Pool.Verdict.keep(Optional.empty());
            }
            return Pool.Verdict.keep(handle.createQuery("SELECT * FROM answer WHERE owner = :owner AND key = :key")
                    .bind("owner", owner)
                    .bind("key", key)
                    .map((row, context) -> new Taken(
                            row.getString("request"),
                            row.getObject("status") == null
                                    ? null
                                    : new Answer(
                                            row.getInt("status"),
                                            headers(row.getString("headers")),
                                            row.getBytes("body"))))
                    .findFirst());
        });
    }

    private static Map<String, String> headers(String json) {
        Map<String, String> headers = new TreeMap<>();
        Json.mapper().readTree(json).forEachEntry((name, value) -> headers.put(name, value.asString()));
        return headers;
    }

    /** Keeps the answer to a key that is ours. */
    public void finish(String owner, String key, Answer answer) {
        pool.alone(handle -> handle.createUpdate("""
                        UPDATE answer SET status = :status, headers = CAST(:headers AS jsonb), body = :body
                        WHERE owner = :owner AND key = :key
                        """)
                .bind("owner", owner)
                .bind("key", key)
                .bind("status", answer.status())
                .bind("headers", Json.mapper().writeValueAsString(answer.headers()))
                .bind("body", answer.body())
                .execute());
    }

    /** Gives a key that is ours back. */
    public void forget(String owner, String key) {
        pool.alone(handle -> handle.createUpdate(
                        "DELETE FROM answer WHERE owner = :owner AND key = :key AND status IS NULL")
                .bind("owner", owner)
                .bind("key", key)
                .execute());
    }
}
