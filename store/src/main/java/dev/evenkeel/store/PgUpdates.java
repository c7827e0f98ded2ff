package dev.evenkeel.store;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The catalogue of updates. A manifest never changes and is never forgotten. Safe for many threads. */
public final class PgUpdates {
    private final Pool pool;

    PgUpdates(Pool pool) {
        this.pool = pool;
    }

    /** Puts an update in; when its id is taken, nothing is written and the one that has it is returned. */
    public Optional<Update> publish(Update update) {
        boolean written = pool.alone(handle -> handle.createUpdate("""
                        INSERT INTO update (id, manifest) VALUES (:id, CAST(:manifest AS jsonb))
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .bind("id", update.id().value())
                        .bind("manifest", Json.mapper().writeValueAsString(update))
                        .execute()
                == 1);
        return written ? Optional.empty() : find(update.id());
    }

    public Optional<Update> find(UpdateId id) {
        return pool.alone(handle -> handle.createQuery("SELECT manifest FROM update WHERE id = :id")
                .bind("id", id.value())
                .map((row, context) -> Json.mapper().readValue(row.getString("manifest"), Update.class))
                .findFirst());
    }

    /** Newest first; {@code before} is the id to go on after, or null. */
    public List<Update> list(@Nullable UpdateId before, int limit) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT manifest FROM update
                        WHERE CAST(:before AS text) IS NULL
                           OR sequence < (SELECT sequence FROM update WHERE id = :before)
                        ORDER BY sequence DESC LIMIT :limit
                        """)
                .bind("before", before == null ? null : before.value())
                .bind("limit", limit)
                .map((row, context) -> Json.mapper().readValue(row.getString("manifest"), Update.class))
                .list());
    }
}
