package dev.evenkeel.server.http;

import org.jspecify.annotations.Nullable;

/** A body in which a person may say why; the reason goes into the audit trail. */
public interface Reasoned {
    @Nullable
    String reason();
}
