package dev.evenkeel.store;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.RunId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Shares of budgets as rows. */
record Holds(Handle handle) {
    /** Tells our advisory locks from others in the same database. */
    private static final int LOCK_CLASS = 0x65766b6c;

    private record Held(String scope, RunId run) {}

    /**
     * The first wanted hold that is not to be had. From here to the end of the transaction nobody else can take a hold
     * of the same scopes: they are locked, in one order, before they are counted. (Two scopes whose hashes meet share a
     * lock; that costs a wait, nothing else.)
     */
    Optional<Commit.Result.HoldTaken> taken(RunId run, List<Hold> wanted) {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        List<String> scopes = wanted.stream().map(Hold::scope).distinct().toList();
        handle.createQuery("""
                        SELECT count(pg_advisory_xact_lock(:class, key))
                        FROM (SELECT DISTINCT hashtext(scope) AS key FROM unnest(:scopes) AS scope ORDER BY key) AS keys
                        """)
                .bind("class", LOCK_CLASS)
                .bindArray("scopes", String.class, scopes)
                .mapTo(Long.class)
                .one();
        Map<String, List<RunId>> holders = handle
                .createQuery("SELECT scope, run FROM hold WHERE scope = ANY (:scopes) ORDER BY scope, sequence")
                .bindArray("scopes", String.class, scopes)
                .map((row, context) -> new Held(row.getString("scope"), new RunId(row.getString("run"))))
                .list()
                .stream()
                .collect(Collectors.groupingBy(Held::scope, Collectors.mapping(Held::run, Collectors.toList())));
        return wanted.stream()
                .filter(hold -> {
                    List<RunId> there = holders.getOrDefault(hold.scope(), List.of());
                    return !there.contains(run) && there.size() >= hold.limit();
                })
                .findFirst()
                .map(hold ->
                        new Commit.Result.HoldTaken(hold, List.copyOf(holders.getOrDefault(hold.scope(), List.of()))));
    }

    void change(RunId run, List<String> release, List<Hold> acquire) {
        if (!release.isEmpty()) {
            handle.createUpdate("DELETE FROM hold WHERE run = :run AND scope = ANY (:scopes)")
                    .bind("run", run.value())
                    .bindArray("scopes", String.class, release)
                    .execute();
        }
        if (!acquire.isEmpty()) {
            var batch = handle.prepareBatch(
                    "INSERT INTO hold (scope, run) VALUES (:scope, :run) ON CONFLICT (scope, run) DO NOTHING");
            acquire.forEach(hold ->
                    batch.bind("scope", hold.scope()).bind("run", run.value()).add());
            batch.execute();
        }
    }

    void releaseAll(RunId run) {
        handle.createUpdate("DELETE FROM hold WHERE run = :run")
                .bind("run", run.value())
                .execute();
    }
}
