package dev.evenkeel.store;

import dev.evenkeel.core.fleet.OwnerSettings;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** What was said of VMs beside their metadata. Safe for many threads and servers. */
public final class PgOwnerSettings {
    /** A commit may show later than its time says. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    private final Pool pool;

    PgOwnerSettings(Pool pool) {
        this.pool = pool;
    }

    /** What was said of one VM, and by whom last. */
    public record Said(VmId vm, OwnerSettings settings, Instant changedAt, String changedBy) {}

    /** What has changed since then, and a little before, oldest first. */
    public List<Said> since(Instant then) {
        return pool.alone(handle -> handle.createQuery("""
                        SELECT * FROM owner_settings WHERE changed_at >= :then ORDER BY changed_at
                        """)
                .bind("then", Times.happened(then.minus(OVERLAP)))
                .map((row, context) -> new Said(
                        new VmId(row.getString("vm")),
                        Json.mapper().readValue(row.getString("settings"), OwnerSettings.class),
                        Times.read(row, "changed_at"),
                        row.getString("changed_by")))
                .list());
    }

    /** Changes what is said of a VM; whoever else does so at the same time waits. */
    public Said change(VmId vm, UnaryOperator<OwnerSettings> change, String by) {
        return pool.transaction(handle -> {
            handle.createUpdate("""
                            INSERT INTO owner_settings (vm, settings, changed_by) VALUES (:vm, '{}', :by)
                            ON CONFLICT (vm) DO NOTHING
                            """).bind("vm", vm.value()).bind("by", by).execute();
            OwnerSettings before = handle.createQuery("SELECT settings FROM owner_settings WHERE vm = :vm FOR UPDATE")
                    .bind("vm", vm.value())
                    .map((row, context) -> Json.mapper().readValue(row.getString("settings"), OwnerSettings.class))
                    .one();
            OwnerSettings after = change.apply(before);
            Instant at = handle.createQuery("""
                            UPDATE owner_settings
                            SET settings = CAST(:settings AS jsonb), changed_by = :by, changed_at = clock_timestamp()
                            WHERE vm = :vm RETURNING changed_at
                            """)
                    .bind("vm", vm.value())
                    .bind("settings", Json.mapper().writeValueAsString(after))
                    .bind("by", by)
                    .map((row, context) -> Times.read(row, "changed_at"))
                    .one();
            return Pool.Verdict.keep(new Said(vm, after, at, by));
        });
    }
}
