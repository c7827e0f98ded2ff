package dev.evenkeel.server.view;

import dev.evenkeel.core.engine.Notice;
import dev.evenkeel.core.engine.RunStore.NumberedNotice;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that happened, as the event stream tells it. */
public record EventView(
        long sequence,
        Instant at,
        String level,
        String type,
        @Nullable String rollout,
        @Nullable String run,
        @Nullable String host,
        @Nullable String vm,
        String text,
        Map<String, String> data) {

    public static EventView of(NumberedNotice numbered) {
        Notice notice = numbered.notice();
        String rollout = notice.data().get("rollout");
        boolean ofRollout = notice.run().value().equals(rollout);
        return new EventView(
                numbered.sequence(),
                notice.at(),
                notice.level().name(),
                notice.type(),
                rollout,
                ofRollout ? null : notice.run().value(),
                notice.data().get("host"),
                notice.data().get("vm"),
                notice.text(),
                notice.data());
    }
}
