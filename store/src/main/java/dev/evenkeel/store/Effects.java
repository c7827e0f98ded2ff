package dev.evenkeel.store;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectRecord;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.core.fleet.HostId;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Orders to agents as rows. */
record Effects(Handle handle) {
    static final String COLUMNS = "id, run, agent, effect, status, ordered_at, outcome";

    /** Keeps the outcome that the event brings, then adds what the step orders. */
    void write(Commit commit) {
        if (commit.endedEffect() != null) {
            handle.createUpdate("""
                            UPDATE effect SET status = 'ENDED', outcome = CAST(:outcome AS jsonb) WHERE id = :id
                            """)
                    .bind("id", commit.endedEffect().effect().value())
                    .bind("outcome", Codec.OUTCOME.write(commit.endedEffect().outcome()))
                    .execute();
        }
        if (commit.step().withdraw()) {
            withdraw(commit.step().next().id());
        }
        if (commit.step().orders().isEmpty()) {
            return;
        }
        var batch = handle.prepareBatch("""
                INSERT INTO effect (id, run, shard, agent, status, epoch, ordered_at, effect)
                VALUES (:id, :run, :shard, :agent, 'ORDERED', :epoch, :ordered_at, CAST(:effect AS jsonb))
                """);
        for (Step.Order order : commit.step().orders()) {
            batch.bind("id", order.id().value())
                    .bind("run", commit.step().next().id().value())
                    .bind("shard", commit.lease().shard().value())
                    .bind("agent", order.agent().value())
                    .bind("epoch", commit.lease().epoch())
                    .bind("ordered_at", Times.happened(commit.at()))
                    .bind("effect", Codec.EFFECT.write(order.effect()))
                    .add();
        }
        batch.execute();
    }

    void withdraw(RunId run) {
        handle.createUpdate("""
                        UPDATE effect SET status = 'WITHDRAWN'
                        WHERE run = :run AND status IN ('ORDERED', 'ACKNOWLEDGED')
                        """).bind("run", run.value()).execute();
    }

    static EffectRecord read(ResultSet row) throws SQLException {
        @Nullable String outcome = row.getString("outcome");
        return new EffectRecord(
                new EffectId(row.getString("id")),
                new RunId(row.getString("run")),
                new HostId(row.getString("agent")),
                Codec.EFFECT.read(row.getString("effect")),
                EffectRecord.Status.valueOf(row.getString("status")),
                Times.read(row, "ordered_at"),
                outcome == null ? null : Codec.OUTCOME.read(outcome));
    }
}
