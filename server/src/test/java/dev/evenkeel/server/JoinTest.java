package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.agent.join.Identity;
import dev.evenkeel.agent.join.IdentityFiles;
import dev.evenkeel.agent.join.Joiner;
import dev.evenkeel.agent.link.GatewayClient;
import dev.evenkeel.agent.link.LinkRefused;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.wire.link.Orders;
import dev.evenkeel.wire.link.OrdersRequest;
import dev.evenkeel.wire.link.Report;
import dev.evenkeel.wire.link.ReportAnswer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in, and what an agent may say. */
class JoinTest {
    @TempDir
    static Path shared = Path.of("");

    @TempDir
    Path directory = Path.of("");

    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        server = TestServer.start(shared.resolve("state"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String token(String order) throws Exception {
        return server.api().post("/v1/join-tokens", order).json().path("token").asString();
    }

    private Identity join(String host, String token)
            throws IOException, GeneralSecurityException, InterruptedException {
        return FakeHost.join(server.gatewayUrl(), new HostId(host), directory.resolve(host), token);
    }

    @Test
    void no_secret_can_be_taken_for_an_option_by_a_command_line() throws Exception {
        assertThat(token("{}")).matches("[0-9a-f]{48}\\.[0-9a-f]{64}");
    }

    @Test
    void aHostJoinsOnceWithATokenAndItsCertificateNamesIt() throws Exception {
        Identity identity = join("a1", token("{}"));
        assertThat(identity.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=a1");
        assertThat(identity.certificate().getSubjectAlternativeNames().toString())
                .contains("10.0.0.1")
                .contains("a1");
        assertThat(identity.certificate().getExtendedKeyUsage())
                .as("both ends of TLS: server and client")
                .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(Duration.between(
                        Instant.now(), identity.certificate().getNotAfter().toInstant()))
                .isBetween(Duration.ofDays(29), Duration.ofDays(31));
        assertThat(identity.renewAt())
                .isBefore(identity.certificate().getNotAfter().toInstant().minus(Duration.ofDays(9)));
        Path key = directory.resolve("a1").resolve("identity").resolve("host.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
    }

    @Test
    void aTokenIsGoodForOneHostOnly() throws Exception {
        String token = token("{}");
        join("b1", token);
        assertThatThrownBy(() -> join("b2", token))
                .isInstanceOfSatisfying(
                        LinkRefused.class, e -> assertThat(e.status()).isEqualTo(403))
                .hasMessageContaining("used");
    }

    @Test
    void theSameHostWithTheSameKeyMayRepeatAJoinWhoseAnswerGotLost() throws Exception {
        String token = token("{}");
        join("c1", token);
        assertThat(join("c1", token).host()).isEqualTo(new HostId("c1"));
        assertThatThrownBy(() ->
                        FakeHost.join(server.gatewayUrl(), new HostId("c1"), directory.resolve("elsewhere"), token))
                .as("another key")
                .isInstanceOf(LinkRefused.class);
    }

    @Test
    void aTokenForOneHostIsNotGoodForAnother() throws Exception {
        String token = token("{\"host\": \"d1\"}");
        assertThatThrownBy(() -> join("d2", token)).isInstanceOf(LinkRefused.class);
        assertThat(join("d1", token).host()).isEqualTo(new HostId("d1"));
    }

    @Test
    void aHostThatIsThereCannotBeReplacedWithATokenForAnyHost() throws Exception {
        join("e1", token("{}"));
        String any = token("{}");
        assertThatThrownBy(() -> FakeHost.join(server.gatewayUrl(), new HostId("e1"), directory.resolve("thief"), any))
                .isInstanceOf(LinkRefused.class)
                .hasMessageContaining("takes a token made for it");
        Identity again = FakeHost.join(
                server.gatewayUrl(), new HostId("e1"), directory.resolve("rebuilt"), token("{\"host\": \"e1\"}"));
        assertThat(again.host()).isEqualTo(new HostId("e1"));
    }

    @Test
    void aTokenThatHasRunOutIsRefused() throws Exception {
        String token = token("{\"ttl\": \"PT0.001S\"}");
        assertThatThrownBy(() -> join("f1", token)).isInstanceOf(LinkRefused.class);
    }

    @Test
    void aServerOfAnotherFleetIsNotTrusted() throws Exception {
        String secret = token("{}").split("\\.")[0];
        assertThatThrownBy(() -> join("g1", secret + "." + "0".repeat(64)))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(LinkRefused.class)
                .hasStackTraceContaining("does not belong to the fleet that made the token");
        assertThat(join("g1", secret + "." + token("{}").split("\\.")[1]).host())
                .as("the token was not used up")
                .isEqualTo(new HostId("g1"));
    }

    @Test
    void withoutACertificateNothingButJoiningIsPossible() throws Exception {
        Identity identity = join("i1", token("{}"));
        SSLContext nobody = SSLContext.getInstance("TLSv1.3");
        javax.net.ssl.TrustManagerFactory trust = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
        java.security.KeyStore anchors = java.security.KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        anchors.setCertificateEntry("ca", identity.authority());
        trust.init(anchors);
        nobody.init(null, trust.getTrustManagers(), new SecureRandom());
        try (GatewayClient client = new GatewayClient(URI.create(server.gatewayUrl()), nobody)) {
            assertThatThrownBy(() -> client.post(
                            "/agent/v1/orders", new OrdersRequest("s", List.of(), Duration.ZERO, null), Orders.class))
                    .isInstanceOfSatisfying(
                            LinkRefused.class, e -> assertThat(e.status()).isEqualTo(401));
        }
    }

    @Test
    void aHostThatIsSlowOverItsFirstWordsIsHeard() throws Exception {
        Identity identity = join("j3", token("{}"));
        try (SlowStart way = SlowStart.to(identity.server().getPort(), Duration.ofSeconds(15));
                GatewayClient client = new GatewayClient(way.uri(), identity.tls())) {
            ReportAnswer answer = client.post(
                    "/agent/v1/report",
                    new Report("session", 0, null, List.of(), List.of(), List.of()),
                    ReportAnswer.class);
            assertThat(answer.resync()).isTrue();
            assertThat(way.connections()).as("it is not begun anew").isEqualTo(1);
        }
    }

    @Test
    void anAgentCanSpeakOnlyForItsHost() throws Exception {
        Identity identity = join("j1", token("{}"));
        FakePlatform platform = new FakePlatform();
        HostId other = platform.addHost("j2");
        platform.addVm("stolen", other, "acme", Intent.DEFAULT);
        var sight = platform.look(other);
        try (GatewayClient client = new GatewayClient(identity.server(), identity.tls())) {
            assertThatThrownBy(() -> client.post(
                            "/agent/v1/report",
                            new Report(
                                    "session",
                                    0,
                                    new Report.Inventory(true, Instant.now(), sight.facts(), sight.vms(), List.of()),
                                    List.of(),
                                    List.of(),
                                    List.of()),
                            ReportAnswer.class))
                    .isInstanceOfSatisfying(
                            LinkRefused.class, e -> assertThat(e.status()).isEqualTo(403));
        }
    }

    @Test
    void aCertificateIsRenewedForTheSameKeyAndNames() throws Exception {
        Identity old = join("k1", token("{}"));
        try (GatewayClient client = new GatewayClient(old.server(), old.tls())) {
            Identity fresh = new Joiner(new IdentityFiles(directory.resolve("k1"))).renew(old, client);
            assertThat(fresh.certificate().getSerialNumber())
                    .isNotEqualTo(old.certificate().getSerialNumber());
            assertThat(fresh.certificate().getPublicKey())
                    .isEqualTo(old.certificate().getPublicKey());
            assertThat(List.copyOf(fresh.certificate().getSubjectAlternativeNames()))
                    .isEqualTo(List.copyOf(old.certificate().getSubjectAlternativeNames()));
        }
    }

    @Test
    void theAuthorityAndItsTokensOutliveARestart() throws Exception {
        String before = token("{}");
        server.stop();
        server.start();
        assertThat(token("{}").split("\\.")[1]).isEqualTo(before.split("\\.")[1]);
        assertThat(join("l1", before).host()).isEqualTo(new HostId("l1"));
    }
}
