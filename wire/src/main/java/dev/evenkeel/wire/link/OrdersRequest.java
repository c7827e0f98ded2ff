package dev.evenkeel.wire.link;

import java.time.Duration;

/**
 * An agent waits for orders: {@code POST /agent/v1/orders}. The server answers at once when some are outstanding that it
 * has no acknowledgement of, else as soon as there are, else with none after {@code patience}.
 *
 * @param session as in {@link Report}
 * @param patience up to 25 seconds
 */
public record OrdersRequest(String session, Duration patience) {}
