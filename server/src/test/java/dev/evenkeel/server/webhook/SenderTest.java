package dev.evenkeel.server.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.evenkeel.store.Delivery;
import dev.evenkeel.store.Webhook;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SenderTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @TempDir
    static Path directory;

    /** A receiver with a certificate that nobody but itself vouches for. */
    private static KeyStore keys() throws Exception {
        Path file = directory.resolve("receiver.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder((keytool
                                + " -genkeypair -alias receiver -keyalg EC -dname CN=receiver -ext san=ip:127.0.0.1 -validity 2"
                                + " -storetype PKCS12 -storepass changeit -keystore " + file)
                        .split(" "))
                .redirectErrorStream(true)
                .start();
        String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
        return KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
    }

    private static Sender.Reply sentTo(int port, List<X509Certificate> authorities) throws Exception {
        WebhookSettings settings = WebhookSettings.of(false, List.of(Cidr.parse("127.0.0.1")), authorities);
        Webhook webhook = new Webhook(
                "wh",
                null,
                "https://127.0.0.1:" + port + "/",
                List.of(),
                "whsec_" + "A".repeat(44),
                true,
                null,
                NOW,
                "a test");
        Delivery delivery =
                new Delivery(1, "evt", "ping", null, "{}", Delivery.State.WAITING, 0, null, null, NOW, null, NOW);
        try (Sender sender = new Sender(new Destinations(settings), settings)) {
            return sender.send(webhook, delivery, NOW);
        }
    }

    @Test
    void aPrivateAuthorityVouchesForAReceiverWhereTheServerIsToldSo() throws Exception {
        KeyStore keys = keys();
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "changeit".toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), null, null);
        HttpsServer receiver = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setHttpsConfigurator(new HttpsConfigurator(tls));
        receiver.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        try {
            int port = receiver.getAddress().getPort();
            assertThat(sentTo(port, List.of()).words()).contains("could not be trusted");
            X509Certificate authority = (X509Certificate) keys.getCertificate("receiver");
            assertThat(sentTo(port, List.of(authority)).taken()).isTrue();
        } finally {
            receiver.stop(0);
        }
    }

    @Test
    void retryAfterIsSecondsOrADateAndNothingElse() {
        assertThat(Sender.rest("120", NOW)).isEqualTo(Duration.ofMinutes(2));
        assertThat(Sender.rest(" Mon, 23 Nov 2026 10:00:30 GMT ", NOW)).isEqualTo(Duration.ofSeconds(30));
        assertThat(Sender.rest("Mon, 23 Nov 2026 09:00:00 GMT", NOW)).isZero();
        assertThat(Sender.rest("-5", NOW)).isZero();
        assertThat(Sender.rest("soon", NOW)).isZero();
    }

    @Test
    void noReceiverSwitchesItsWebhookOffBySayingAMillenniumHence() {
        assertThat(Sender.rest("999999999", NOW)).isEqualTo(Sender.LONGEST_REST);
        assertThat(Sender.rest("99999999999999999999", NOW)).isZero();
        assertThat(Sender.rest("Thu, 23 Nov 3026 10:00:00 GMT", NOW)).isEqualTo(Sender.LONGEST_REST);
    }
}
