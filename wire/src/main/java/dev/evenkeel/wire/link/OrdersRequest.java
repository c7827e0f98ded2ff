package dev.evenkeel.wire.link;

import dev.evenkeel.core.engine.EffectId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent waits for orders: {@code POST /agent/v1/orders}. The server answers at once when some are outstanding that it
 * has no acknowledgement of, else as soon as there are, else with none after {@code patience}.
 *
 * @param session as in {@link Report}
 * @param journaled effects that came with the last answer and are now in the agent's journal
 * @param patience up to 25 seconds
 * @param documents the stamp of the {@link Documents} that the agent has; null before the first. When it is not the
 *     server's, that is a reason to answer at once, too
 */
public record OrdersRequest(
        String session,
        List<EffectId> journaled,
        Duration patience,
        @Nullable String documents) {
    public OrdersRequest {
        journaled = List.copyOf(journaled);
    }
}
