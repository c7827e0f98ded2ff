package dev.evenkeel.server.fleet;

import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.store.PgUpdates;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds published updates, each read once: a manifest never changes. */
public final class Catalogue implements Function<UpdateId, @Nullable Update> {
    private final PgUpdates updates;
    private final Map<UpdateId, Update> known = new ConcurrentHashMap<>();

    public Catalogue(PgUpdates updates) {
        this.updates = updates;
    }

    @Override
    public @Nullable Update apply(UpdateId id) {
        Update update = known.get(id);
        if (update == null) {
            update = updates.find(id).orElse(null);
            if (update != null) {
                known.put(id, update);
            }
        }
        return update;
    }
}
