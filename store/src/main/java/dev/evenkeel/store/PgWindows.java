package dev.evenkeel.store;

import dev.evenkeel.core.fleet.AvailabilitySetId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Tags;
import dev.evenkeel.core.fleet.TenantId;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.window.WindowDraft;
import dev.evenkeel.core.window.WindowId;
import dev.evenkeel.core.window.WindowTarget;
import dev.evenkeel.wire.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Maintenance configurations and what they are assigned to. Safe for many threads and servers. */
public final class PgWindows {
    private static final TypeReference<Map<String, String>> TAGS = new TypeReference<>() {};

    private final Pool pool;

    PgWindows(Pool pool) {
        this.pool = pool;
    }

    /**
     * All that is kept, as it was at one time.
     *
     * @param windows by id
     * @param assignments by id; each of one of the windows
     */
    public record Kept(List<WindowRecord> windows, List<WindowAssignmentRecord> assignments) {
        public Kept {
            windows = List.copyOf(windows);
            assignments = List.copyOf(assignments);
        }
    }

    public Kept all() {
        return pool.transaction(handle -> {
            // In this order: an assignment that is seen has its window, because windows with assignments stay.
            List<WindowAssignmentRecord> assignments = handle.createQuery("SELECT * FROM window_assignment ORDER BY id")
                    .map((row, context) -> assignment(row))
                    .list();
            List<WindowRecord> windows = handle.createQuery("SELECT * FROM maintenance_window ORDER BY id")
                    .map((row, context) -> window(row))
                    .list();
            List<WindowId> known = windows.stream().map(WindowRecord::id).toList();
            return Pool.Verdict.undo(new Kept(
                    windows,
                    assignments.stream()
                            .filter(one -> known.contains(one.window()))
                            .toList()));
        });
    }

    /**
     * Keeps a new one. The same id again, of a repeated order, changes nothing.
     *
     * @return false when another one of its owner's has its name
     */
    public boolean add(WindowRecord window) {
        TenantId tenant = window.tenant();
        return pool.transaction(handle -> {
            handle.createUpdate("""
                            INSERT INTO maintenance_window (id, tenant, name, draft, created_at, created_by)
                            VALUES (:id, :tenant, :name, CAST(:draft AS jsonb), :at, :by)
                            ON CONFLICT DO NOTHING
                            """)
                    .bind("id", window.id().value())
                    .bind("tenant", tenant == null ? null : tenant.value())
                    .bind("name", window.draft().name())
                    .bind("draft", Json.mapper().writeValueAsString(window.draft()))
                    .bind("at", Times.happened(window.createdAt()))
                    .bind("by", window.createdBy())
                    .execute();
            return Pool.Verdict.keep(handle.createQuery("SELECT count(*) FROM maintenance_window WHERE id = :id")
                            .bind("id", window.id().value())
                            .mapTo(Integer.class)
                            .one()
                    == 1);
        });
    }

    /**
     * Forgets one.
     *
     * @return false when there is none of this id, or it is assigned to something
     */
    public boolean remove(WindowId id) {
        return pool.alone(
                handle -> handle.createUpdate("""
                        DELETE FROM maintenance_window WHERE id = :id
                        AND NOT EXISTS (SELECT 1 FROM window_assignment WHERE configuration = :id)
                        """).bind("id", id.value()).execute() == 1);
    }

    /**
     * Assigns a window to something.
     *
     * @return the assignment that is kept: an older one, when it was assigned to the very same before; none when there is
     *     no such window any more
     */
    public Optional<WindowAssignmentRecord> assign(WindowAssignmentRecord assignment) {
        Columns columns = Columns.of(assignment.target());
        return pool.transaction(handle -> {
            handle.createUpdate("""
                            INSERT INTO window_assignment (id, configuration, vm, host, tenant, availability_set, name, tags)
                            SELECT :id, w.id, :vm, :host, :tenant, :set, :name, CAST(:tags AS jsonb)
                            FROM maintenance_window w WHERE w.id = :window FOR SHARE
                            ON CONFLICT DO NOTHING
                            """)
                    .bind("id", assignment.id())
                    .bind("window", assignment.window().value())
                    .bind("vm", columns.vm())
                    .bind("host", columns.host())
                    .bind("tenant", columns.tenant())
                    .bind("set", columns.availabilitySet())
                    .bind("name", columns.name())
                    .bind(
                            "tags",
                            Json.mapper().writeValueAsString(columns.tags().all()))
                    .execute();
            return Pool.Verdict.keep(handle
                    .createQuery("SELECT * FROM window_assignment WHERE configuration = :window ORDER BY id")
                    .bind("window", assignment.window().value())
                    .map((row, context) -> assignment(row))
                    .stream()
                    .filter(kept -> kept.target().equals(assignment.target()))
                    .findFirst());
        });
    }

    /** Ends an assignment; false when there is none of this id. */
    public boolean unassign(String id) {
        return pool.alone(handle -> handle.createUpdate("DELETE FROM window_assignment WHERE id = :id")
                        .bind("id", id)
                        .execute()
                == 1);
    }

    /** A target in the table's columns. */
    private record Columns(
            @Nullable String vm,
            @Nullable String host,
            @Nullable String tenant,
            @Nullable String availabilitySet,
            @Nullable String name,
            Tags tags) {
        static Columns of(WindowTarget target) {
            return switch (target) {
                case WindowTarget.OneVm one -> new Columns(one.vm().value(), null, null, null, null, Tags.NONE);
                case WindowTarget.OneHost one -> new Columns(null, one.host().value(), null, null, null, Tags.NONE);
                case WindowTarget.Matching filter ->
                    new Columns(
                            null,
                            null,
                            filter.tenant() == null ? null : filter.tenant().value(),
                            filter.availabilitySet() == null
                                    ? null
                                    : filter.availabilitySet().value(),
                            filter.name(),
                            filter.tags());
            };
        }
    }

    private static WindowRecord window(ResultSet row) throws SQLException {
        return new WindowRecord(
                new WindowId(row.getString("id")),
                orNull(row.getString("tenant"), TenantId::new),
                Json.mapper().readValue(row.getString("draft"), WindowDraft.class),
                Times.read(row, "created_at"),
                row.getString("created_by"));
    }

    private static WindowAssignmentRecord assignment(ResultSet row) throws SQLException {
        String vm = row.getString("vm");
        String host = row.getString("host");
        WindowTarget target = vm != null
                ? new WindowTarget.OneVm(new VmId(vm))
                : host != null
                        ? new WindowTarget.OneHost(new HostId(host))
                        : new WindowTarget.Matching(
                                orNull(row.getString("tenant"), TenantId::new),
                                orNull(row.getString("availability_set"), AvailabilitySetId::new),
                                row.getString("name"),
                                Tags.of(Json.mapper().readValue(row.getString("tags"), TAGS)));
        return new WindowAssignmentRecord(row.getString("id"), new WindowId(row.getString("configuration")), target);
    }

    private static <T> @Nullable T orNull(@Nullable String text, Function<String, T> parse) {
        return text == null ? null : parse.apply(text);
    }
}
