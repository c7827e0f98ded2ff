package dev.evenkeel.server;

import static dev.evenkeel.server.Problems.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.webhook.Cidr;
import dev.evenkeel.server.webhook.Destinations;
import dev.evenkeel.server.webhook.WebhookSettings;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody reaches through a webhook what only the server can reach. */
@Timeout(120)
class WebhookDestinationsTest {
    private static final WebhookSettings STRICT =
            new WebhookSettings(true, List.of(), List.of(), List.of(Duration.ofMillis(100)), Duration.ofSeconds(2));

    @TempDir
    static Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/",
                "http://localhost:8440/v1/tokens",
                "http://127.1/",
                "http://2130706433/",
                "http://[::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://[64:ff9b::7f00:1]/",
                "http://[fe80::1]/",
                "http://[fd00::1]/",
                "http://0.0.0.0/",
                "http://10.1.2.3/",
                "http://172.31.0.1/",
                "http://192.168.0.1/",
                "http://100.64.0.1/",
                "http://169.254.169.254/latest/meta-data",
                "http://224.0.0.1/",
                "http://user@93.184.216.34/",
                "http://93.184.216.34/#here",
                "http://93.184.216.34:0/",
                "http:///hook",
                "ftp://93.184.216.34/",
                "file:///etc/passwd",
                "hook",
                ""
            })
    void whatIsNotPublicIsRefused(String url) {
        assertThat(new Destinations(STRICT).wrong(url)).isNotEmpty();
    }

    @Test
    void whatIsPublicOrAllowedIsNot() {
        assertThat(new Destinations(STRICT).wrong("http://93.184.216.34:8080/hook?for=vms"))
                .isEmpty();
        WebhookSettings allowing =
                WebhookSettings.of(true, List.of(Cidr.parse("10.32.0.0/11"), Cidr.parse("fd00::/8")), List.of());
        Destinations some = new Destinations(allowing);
        assertThat(some.wrong("http://10.63.255.255/")).isEmpty();
        assertThat(some.wrong("http://[fd12::1]/")).isEmpty();
        assertThat(some.wrong("http://10.64.0.0/")).isNotEmpty();
    }

    @Test
    void ourOwnAddressesAreRefused() throws Exception {
        List<InetAddress> own = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .toList();
        assertThat(own)
                .isNotEmpty()
                .allSatisfy(address -> assertThat(new Destinations(STRICT)
                                .wrong("http://"
                                        + (address.getAddress().length > 4
                                                ? "[" + plain(address) + "]"
                                                : plain(address))
                                        + "/"))
                        .isNotEmpty());
    }

    private static String plain(InetAddress address) {
        return address.getHostAddress().replaceFirst("%.*", "");
    }

    @Test
    void plainHttpNeedsItsOption() {
        assertThat(new Destinations(WebhookSettings.USUAL).wrong("http://93.184.216.34/"))
                .hasValueSatisfying(remedy -> assertThat(remedy).contains("--webhook-http"));
        assertThat(new Destinations(WebhookSettings.USUAL).wrong("https://93.184.216.34/"))
                .isEmpty();
    }

    /** The name is good when the webhook is made, and leads elsewhere when something is to be delivered. */
    @Test
    void theAddressIsJudgedAtEachAttempt() throws Exception {
        try (Receiver receiver = Receiver.answering(n -> 200);
                TestServer server = TestServer.start(directory.resolve("state"))) {
            String url = receiver.url().replace("127.0.0.1", "localhost");
            String id = new Hooks(server.api()).id(url);
            server.stop();
            server.start(STRICT);
            Hooks hooks = new Hooks(server.api());
            hooks.ping(id);

            assertThat(hooks.await(id, "DEAD").path("answer").asString())
                    .contains("localhost")
                    .contains("private network");
            assertThat(receiver.got()).isEmpty();
            Api.Reply refused = server.tenant("acme").post("/v1/webhooks", "{\"url\": \"" + url + "\"}");
            assertThat(problem(refused, 422, "invalid").at("/errors/0/field").asString())
                    .isEqualTo("url");
        }
    }
}
