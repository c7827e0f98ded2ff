package dev.evenkeel.server;

import dev.evenkeel.server.access.OidcSettings;
import dev.evenkeel.server.loop.LoopTimes;
import dev.evenkeel.server.webhook.WebhookSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a server is to be.
 *
 * @param state the state directory; the server's part of it is {@code server/}
 * @param host address on which the API listens
 * @param port of the API; 0 takes a free one
 * @param gatewayHost address on which the agent gateway listens
 * @param gatewayPort of the gateway; 0 takes a free one
 * @param gatewayNames names and addresses by which agents may dial the gateway, besides this machine's own
 * @param databaseUrl the operator's PostgreSQL, or null for our own
 * @param silence a host whose agent has said nothing for so long is not reachable
 * @param heartbeat how often agents report at least; well below {@code silence}
 * @param streamHeartbeat how often a quiet event stream says that it lives
 * @param webhooks where webhooks may go, and how patient they are
 * @param signIn who signs people in, or null when nobody does
 */
public record ServerSettings(
        Path state,
        String host,
        int port,
        String gatewayHost,
        int gatewayPort,
        List<String> gatewayNames,
        @Nullable String databaseUrl,
        Duration silence,
        Duration heartbeat,
        Duration streamHeartbeat,
        LoopTimes loops,
        WebhookSettings webhooks,
        @Nullable OidcSettings signIn) {
    public static final int PORT = 8440;
    public static final int GATEWAY_PORT = 8441;
    public static final Duration SILENCE = Duration.ofSeconds(20);
    public static final Duration HEARTBEAT = Duration.ofSeconds(5);
    public static final Duration STREAM_HEARTBEAT = Duration.ofSeconds(10);

    public ServerSettings {
        gatewayNames = List.copyOf(gatewayNames);
    }

    /** Everything as usual, on one address. */
    public static ServerSettings of(Path state, String host, int port, int gatewayPort) {
        return new ServerSettings(
                state,
                host,
                port,
                host,
                gatewayPort,
                List.of(),
                null,
                SILENCE,
                HEARTBEAT,
                STREAM_HEARTBEAT,
                LoopTimes.DEFAULT,
                WebhookSettings.USUAL,
                null);
    }

    /** The server's own directory. */
    Path directory() {
        return state.resolve("server");
    }
}
