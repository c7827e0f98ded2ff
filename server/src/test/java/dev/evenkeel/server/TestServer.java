package dev.evenkeel.server;

import dev.evenkeel.server.access.OidcSettings;
import dev.evenkeel.server.loop.LoopTimes;
import dev.evenkeel.server.notice.Approvals;
import dev.evenkeel.server.notice.EventSource;
import dev.evenkeel.server.webhook.Cidr;
import dev.evenkeel.server.webhook.WebhookSettings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A server of a test's own, on free ports of the loopback, that can be stopped and started again. */
final class TestServer implements AutoCloseable {
    private static final int PORTS = 10_000;
    private static final AtomicInteger NEXT_PORT = new AtomicInteger();

    /** Receivers are on the loopback, and nobody waits long. */
    static final WebhookSettings WEBHOOKS = new WebhookSettings(
            true,
            List.of(Cidr.parse("127.0.0.1")),
            List.of(),
            List.of(Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofMillis(300)),
            Duration.ofSeconds(2));

    private ServerSettings settings;
    private final @Nullable EventSource events;
    private final @Nullable Approvals approvals;
    private @Nullable Server server;

    private TestServer(ServerSettings settings, @Nullable EventSource events, @Nullable Approvals approvals) {
        this.settings = settings;
        this.events = events;
        this.approvals = approvals;
    }

    /** One that tells VMs of these events. */
    static TestServer start(Path state, EventSource events, Approvals approvals)
            throws IOException, GeneralSecurityException {
        return start(state, TestPostgres.emptyDatabase(), events, approvals);
    }

    static TestServer start(Path state) throws IOException, GeneralSecurityException {
        return start(state, TestPostgres.emptyDatabase(), null, null);
    }

    /** One that runs a PostgreSQL of its own in its state directory. */
    static TestServer withItsOwnDatabase(Path state) throws IOException, GeneralSecurityException {
        return start(state, null, null, null);
    }

    /** One whose users a provider signs in. */
    static TestServer start(Path state, OidcSettings signIn) throws IOException, GeneralSecurityException {
        return start(state, TestPostgres.emptyDatabase(), null, null, signIn);
    }

    private static TestServer start(
            Path state, @Nullable String databaseUrl, @Nullable EventSource events, @Nullable Approvals approvals)
            throws IOException, GeneralSecurityException {
        return start(state, databaseUrl, events, approvals, null);
    }

    private static TestServer start(
            Path state,
            @Nullable String databaseUrl,
            @Nullable EventSource events,
            @Nullable Approvals approvals,
            @Nullable OidcSettings signIn)
            throws IOException, GeneralSecurityException {
        ServerSettings settings = new ServerSettings(
                state,
                "127.0.0.1",
                freePort(),
                "127.0.0.1",
                freePort(),
                List.of(),
                databaseUrl,
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                Duration.ofMillis(300),
                new LoopTimes(
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(200),
                        Duration.ofMillis(200),
                        Duration.ofSeconds(10)),
                WEBHOOKS,
                signIn);
        TestServer started = new TestServer(settings, events, approvals);
        started.start();
        return started;
    }

    /**
     * A port of the loopback that nobody uses at the moment, nor is given by the system to a client while a server is away: it is
     * below those (ip(7), ip_local_port_range). Each process has its own, for tests run in several.
     */
    static int freePort() throws IOException {
        while (true) {
            int port = PORTS + (int) (ProcessHandle.current().pid() % 200) * 100 + NEXT_PORT.getAndIncrement() % 100;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue; // somebody's
            }
        }
    }

    /** Starts with other settings of webhooks. */
    void start(WebhookSettings webhooks) throws IOException, GeneralSecurityException {
        settings = new ServerSettings(
                settings.state(),
                settings.host(),
                settings.port(),
                settings.gatewayHost(),
                settings.gatewayPort(),
                settings.gatewayNames(),
                settings.databaseUrl(),
                settings.silence(),
                settings.heartbeat(),
                settings.streamHeartbeat(),
                settings.loops(),
                webhooks,
                settings.signIn());
        start();
    }

    void start() throws IOException, GeneralSecurityException {
        server = Server.start(settings, Map.of(), events, approvals);
    }

    void stop() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    Server server() {
        if (server == null) {
            throw new IllegalStateException("the server is stopped");
        }
        return server;
    }

    ServerSettings settings() {
        return settings;
    }

    String apiUrl() {
        return "http://127.0.0.1:" + settings.port();
    }

    String gatewayUrl() {
        return "https://127.0.0.1:" + settings.gatewayPort();
    }

    /** The API for somebody who may do everything. */
    Api api() throws IOException {
        return new Api(apiUrl(), token("admin-token"));
    }

    /** The API for somebody who may only read. */
    Api viewer() throws IOException {
        return new Api(apiUrl(), token("viewer-token"));
    }

    /** The API for somebody who measures from outside. */
    Api observer() throws IOException {
        return new Api(apiUrl(), token("observer-token"));
    }

    /** The API for the owner of these tenants' VMs. */
    Api tenant(String... tenants) throws IOException, InterruptedException {
        return caller("tenant", tenants);
    }

    /** The API for somebody of this role. */
    Api caller(String role, String... tenants) throws IOException, InterruptedException {
        String names = tenants.length == 0 ? "" : ", \"tenants\": [\"" + String.join("\", \"", tenants) + "\"]";
        Api.Reply made = api().post("/v1/tokens", "{\"name\": \"a test\", \"role\": \"" + role + "\"" + names + "}");
        if (made.status() != 201) {
            throw new IllegalStateException(made.text());
        }
        return new Api(apiUrl(), made.json().path("token").asString());
    }

    private String token(String file) throws IOException {
        return Files.readString(settings.directory().resolve(file)).strip();
    }

    @Override
    public void close() {
        stop();
    }
}
