package dev.evenkeel.agent.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that never stops sending is hung up on. */
class EndlessDataTest {
    private final CountDownLatch hungUp = new CountDownLatch(1);

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @SuppressWarnings("NullAway.Init")
    private GatewayClient client;

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            boolean piece = exchange.getRequestHeaders().containsKey("Range");
            exchange.getResponseHeaders().add("Content-Range", "bytes 0-1048575/2000000000");
            exchange.sendResponseHeaders(piece ? 206 : 200, 0);
            byte[] some = new byte[1 << 16];
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(some);
                }
            } catch (IOException e) {
                hungUp.countDown();
            }
        });
        server.start();
        client = new GatewayClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), SSLContext.getDefault());
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    @Test
    void ofMetadataOneByteMoreThanIsWantedIsTaken() throws Exception {
        assertThat(client.file("timestamp.json", 16384).orElseThrow()).hasSize(16385);
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aPieceOfAPayloadIsNoLongerThanWasAskedFor() throws Exception {
        try (InputStream payload = client.open("0".repeat(64), 0)) {
            assertThatThrownBy(payload::read).hasMessageContaining("another piece of");
        }
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
