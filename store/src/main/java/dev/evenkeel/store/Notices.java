package dev.evenkeel.store;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** The outbox as rows. */
record Notices(Handle handle) {

    /** Numbers the notices without gaps; the counter stays locked until the transaction ends. */
    void add(List<Notice> notices) {
        if (notices.isEmpty()) {
            return;
        }
        long sequence = handle.createQuery("UPDATE notice_counter SET last = last + :count RETURNING last")
                        .bind("count", notices.size())
                        .mapTo(Long.class)
                        .one()
                - notices.size();
        var batch = handle.prepareBatch(
                "INSERT INTO notice (sequence, at, run, notice) VALUES (:sequence, :at, :run, CAST(:notice AS jsonb))");
        for (Notice notice : notices) {
            sequence++;
            batch.bind("sequence", sequence)
                    .bind("at", Times.happened(notice.at()))
                    .bind("run", notice.run().value())
                    .bind("notice", Codec.NOTICE.write(notice))
                    .add();
        }
        batch.execute();
    }

    List<NumberedNotice> after(long sequence, int limit) {
        return handle.createQuery(
                        "SELECT sequence, notice FROM notice WHERE sequence > :after ORDER BY sequence LIMIT :limit")
                .bind("after", sequence)
                .bind("limit", limit)
                .map((row, context) ->
                        new NumberedNotice(row.getLong("sequence"), Codec.NOTICE.read(row.getString("notice"))))
                .list();
    }
}
