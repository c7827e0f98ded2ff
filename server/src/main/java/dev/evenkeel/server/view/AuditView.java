package dev.evenkeel.server.view;

import dev.evenkeel.store.AuditEntry;
import java.time.Instant;
import java.util.Map;

/** One line of the audit trail. */
public record AuditView(
        long sequence,
        Instant at,
        String actor,
        String action,
        String subject,
        String why,
        Map<String, String> detail,
        String hash) {

    public static AuditView of(AuditEntry entry) {
        return new AuditView(
                entry.sequence(),
                entry.at(),
                entry.actor(),
                entry.action(),
                entry.subject(),
                entry.why(),
                entry.detail(),
                entry.hash());
    }
}
