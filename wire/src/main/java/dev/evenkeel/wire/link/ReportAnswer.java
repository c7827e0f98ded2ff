package dev.evenkeel.wire.link;

import dev.evenkeel.core.engine.EffectId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The server's answer to a {@link Report}.
 *
 * @param serverTime when it was made, by the server's clock
 * @param resync send everything next time: the server does not know this session or missed a report
 * @param accepted ended effects that are committed, or that nobody waits for any more; they need no repeating
 * @param approved approvals that are committed, or of events that are over; they need no repeating
 * @param heartbeat report again within this time even if nothing happens
 */
public record ReportAnswer(
        Instant serverTime, boolean resync, List<EffectId> accepted, List<Approval> approved, Duration heartbeat) {
    public ReportAnswer {
        approved = List.copyOf(approved);
        accepted = List.copyOf(accepted);
    }
}
