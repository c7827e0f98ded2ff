package dev.evenkeel.store;

import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.StoredRun;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Runs as rows. */
final class RunRows {
    private RunRows() {}

    /** Writes the first version of a run; 0 when its id is taken. */
    static int insertIfNew(Handle handle, Run run) {
        return handle.createUpdate("""
                        INSERT INTO run (id, kind, shard, version, state_name, ended, needs_person, due, state)
                        VALUES (:id, :kind, :shard, 1, :state_name, :ended, :needs_person, :due, CAST(:state AS jsonb))
                        ON CONFLICT (id) DO NOTHING
                        """)
                .bindMap(columns(run))
                .bind("kind", run.getClass().getSimpleName())
                .bind("shard", run.shard().value())
                .execute();
    }

    static Map<String, @Nullable Object> columns(Run run) {
        Map<String, @Nullable Object> columns = new HashMap<>();
        columns.put("id", run.id().value());
        columns.put("state_name", run.stateName());
        columns.put("ended", run.ended());
        columns.put("needs_person", run.needsPerson());
        columns.put("due", Times.due(run.due().orElse(null)));
        columns.put("state", Codec.RUN.write(run));
        return columns;
    }

    static StoredRun read(ResultSet row) throws SQLException {
        return new StoredRun(Codec.RUN.read(row.getString("state")), row.getLong("version"));
    }
}
