package dev.evenkeel.server.view;

import dev.evenkeel.core.fleet.Refusal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why something was not done. */
public record RefusalView(String code, String why, Map<String, String> evidence) {

    public static RefusalView of(Refusal refusal) {
        return new RefusalView(refusal.code(), refusal.why(), refusal.evidence());
    }

    static @Nullable RefusalView orNull(@Nullable Refusal refusal) {
        return refusal == null ? null : of(refusal);
    }
}
