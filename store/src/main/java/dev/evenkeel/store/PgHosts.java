package dev.evenkeel.store;

import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.wire.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hosts that joined. Safe for many threads. */
public final class PgHosts {
    private final Pool pool;

    PgHosts(Pool pool) {
        this.pool = pool;
    }

    public List<HostRecord> all() {
        return pool.alone(handle -> handle.createQuery("SELECT * FROM host ORDER BY id")
                .map((row, context) -> read(row))
                .list());
    }

    private static HostRecord read(ResultSet row) throws SQLException {
        String facts = row.getString("facts");
        String tenant = row.getString("dedicated_to");
        OffsetDateTime observed = row.getObject("observed_at", OffsetDateTime.class);
        return new HostRecord(
                new HostId(row.getString("id")),
                Json.mapper().readValue(row.getString("topology"), Topology.class),
                row.getBoolean("cordoned"),
                row.getString("cordon_reason"),
                tenant == null ? null : new TenantId(tenant),
                facts == null ? null : Json.mapper().readValue(facts, HostFacts.class),
                Arrays.asList(Json.mapper().readValue(row.getString("vms"), Vm[].class)),
                observed == null ? null : observed.toInstant());
    }

    /** A host joins, or joins again, perhaps at another place. */
    public void enrol(HostId host, Topology topology) {
        pool.alone(handle -> handle.createUpdate("""
                        INSERT INTO host (id, topology) VALUES (:id, CAST(:topology AS jsonb))
                        ON CONFLICT (id) DO UPDATE SET topology = EXCLUDED.topology
                        """)
                .bind("id", host.value())
                .bind("topology", Json.mapper().writeValueAsString(topology))
                .execute());
    }

    /** Keeps new VMs away from a host, or lets them in again. */
    public void cordon(HostId host, boolean cordoned, @Nullable String reason) {
        pool.alone(handle -> handle.createUpdate("""
                        UPDATE host SET cordoned = :cordoned, cordon_reason = :reason WHERE id = :id
                        """)
                .bind("id", host.value())
                .bind("cordoned", cordoned)
                .bind("reason", reason)
                .execute());
    }

    /** From now on a host is this tenant's, or everybody's. */
    public void dedicate(HostId host, @Nullable TenantId tenant) {
        pool.alone(handle -> handle.createUpdate("UPDATE host SET dedicated_to = :tenant WHERE id = :id")
                .bind("id", host.value())
                .bind("tenant", tenant == null ? null : tenant.value())
                .execute());
    }

    /** What a host's agent told when something had changed. */
    public void observed(HostId host, HostFacts facts, List<Vm> vms, Instant at) {
        pool.alone(handle -> handle.createUpdate("""
                        UPDATE host SET facts = CAST(:facts AS jsonb), vms = CAST(:vms AS jsonb), observed_at = :at
                        WHERE id = :id
                        """)
                .bind("id", host.value())
                .bind("facts", Json.mapper().writeValueAsString(facts))
                .bind("vms", Json.mapper().writeValueAsString(vms))
                .bind("at", Times.happened(at))
                .execute());
    }
}
