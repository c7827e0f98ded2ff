package dev.evenkeel.server;

import dev.evenkeel.server.loop.LoopTimes;
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

    private final ServerSettings settings;
    private @Nullable Server server;

    private TestServer(ServerSettings settings) {
        this.settings = settings;
    }

    static TestServer start(Path state) throws IOException, GeneralSecurityException {
        return start(state, TestPostgres.emptyDatabase());
    }

    /** One that runs a PostgreSQL of its own in its state directory. */
    static TestServer withItsOwnDatabase(Path state) throws IOException, GeneralSecurityException {
        return start(state, null);
    }

    private static TestServer start(Path state, @Nullable String databaseUrl)
            throws IOException, GeneralSecurityException {
        TestServer started = new TestServer(new ServerSettings(
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
                        Duration.ofSeconds(10))));
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

    void start() throws IOException, GeneralSecurityException {
        server = Server.start(settings, Map.of());
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

    private String token(String file) throws IOException {
        return Files.readString(settings.directory().resolve(file)).strip();
    }

    @Override
    public void close() {
        stop();
    }
}
