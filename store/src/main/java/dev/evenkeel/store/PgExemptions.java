package dev.evenkeel.store;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.exempt.Exempted;
import dev.evenkeel.core.exempt.Exemption;
import dev.evenkeel.core.exempt.ExemptionId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.UpdateId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Exemptions, and the notices of their coming and going, each written with what it tells of. Safe for many servers. */
public final class PgExemptions {
    private final Pool pool;

    PgExemptions(Pool pool) {
        this.pool = pool;
    }

    /** Those that nobody has ended, by id; one that has ended by itself stays until {@link #expire}. */
    public List<Exemption> all() {
        return pool.alone(handle -> handle.createQuery("SELECT * FROM exemption ORDER BY id")
                .map((row, context) -> read(row))
                .list());
    }

    /** Keeps a new one and tells of it. The same id again, of a repeated order, changes nothing and tells nothing. */
    public void add(Exemption exemption, Notice told) {
        pool.transaction(handle -> {
            Exempted whom = exemption.whom();
            boolean added = handle.createUpdate("""
                                    INSERT INTO exemption
                                        (id, vm, tenant, from_update, created_at, until, reason, created_by)
                                    VALUES (:id, :vm, :tenant, :update, :from, :until, :reason, :by)
                                    ON CONFLICT (id) DO NOTHING
                                    """)
                            .bind("id", exemption.id().value())
                            .bind(
                                    "vm",
                                    whom instanceof Exempted.OneVm one
                                            ? one.vm().value()
                                            : null)
                            .bind(
                                    "tenant",
                                    whom instanceof Exempted.AllOf all
                                            ? all.tenant().value()
                                            : null)
                            .bind(
                                    "update",
                                    exemption.update() == null
                                            ? null
                                            : exemption.update().value())
                            .bind("from", Times.happened(exemption.from()))
                            .bind("until", Times.happened(exemption.until()))
                            .bind("reason", exemption.reason())
                            .bind("by", exemption.by())
                            .execute()
                    == 1;
            new Notices(handle).add(added ? List.of(told) : List.of());
            return Pool.Verdict.keep(added);
        });
    }

    /** Ends one before its time and tells of it; nothing when there is none of this id. */
    public Optional<Exemption> remove(ExemptionId id, Function<Exemption, Notice> tells) {
        return pool.transaction(handle -> {
            Optional<Exemption> gone = handle.createQuery("DELETE FROM exemption WHERE id = :id RETURNING *")
                    .bind("id", id.value())
                    .map((row, context) -> read(row))
                    .findFirst();
            new Notices(handle).add(gone.map(tells).stream().toList());
            return Pool.Verdict.keep(gone);
        });
    }

    /** Forgets those that have ended by themselves, and tells of each, once whoever looks. */
    public List<Exemption> expire(Instant now, Function<Exemption, Notice> tells) {
        return pool.transaction(handle -> {
            List<Exemption> gone = handle.createQuery("DELETE FROM exemption WHERE until <= :now RETURNING *")
                    .bind("now", Times.happened(now))
                    .map((row, context) -> read(row))
                    .list();
            new Notices(handle).add(gone.stream().map(tells).toList());
            return Pool.Verdict.keep(gone);
        });
    }

    /** Tells, once for each exemption and update, that the update is late because of the exemption. */
    public void overdue(ExemptionId id, UpdateId update, Notice told) {
        pool.transaction(handle -> {
            boolean first = handle.createUpdate("""
                                    INSERT INTO exemption_overdue (exemption, overdue)
                                    SELECT id, :update FROM exemption WHERE id = :id
                                    ON CONFLICT DO NOTHING
                                    """)
                            .bind("id", id.value())
                            .bind("update", update.value())
                            .execute()
                    == 1;
            new Notices(handle).add(first ? List.of(told) : List.of());
            return Pool.Verdict.keep(first);
        });
    }

    private static Exemption read(ResultSet row) throws SQLException {
        String vm = row.getString("vm");
        String update = row.getString("from_update");
        return new Exemption(
                new ExemptionId(row.getString("id")),
                vm == null
                        ? new Exempted.AllOf(new TenantId(row.getString("tenant")))
                        : new Exempted.OneVm(new VmId(vm)),
                update == null ? null : new UpdateId(update),
                Times.read(row, "created_at"),
                Times.read(row, "until"),
                row.getString("reason"),
                row.getString("created_by"));
    }
}
