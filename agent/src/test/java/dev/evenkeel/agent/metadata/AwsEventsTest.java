package dev.evenkeel.agent.metadata;

import static dev.evenkeel.agent.metadata.Guests.SOON;
import static dev.evenkeel.agent.metadata.Guests.V1;
import static dev.evenkeel.agent.metadata.Guests.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.metadata.Exchange.Answer;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scheduled events in the words of EC2. */
class AwsEventsTest {
    private static final String SCHEDULED = "GET /latest/meta-data/events/maintenance/scheduled";
    private static final String HISTORY = "GET /latest/meta-data/events/maintenance/history";

    @TempDir
    Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private Guests guests;

    @BeforeEach
    void start() throws IOException {
        guests = new Guests(directory);
    }

    @AfterEach
    void stop() {
        guests.close();
    }

    private Answer token(String from, String seconds) throws IOException {
        try (Exchange exchange = guests.ask(from)) {
            return exchange.request("PUT /latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: " + seconds);
        }
    }

    private Answer with(String token, String line) throws IOException {
        try (Exchange exchange = guests.ask()) {
            return exchange.request(line, "X-aws-ec2-metadata-token: " + token);
        }
    }

    @Test
    void nothingIsAnEmptyList() throws IOException {
        guests.told(VmDocument.empty(V1));
        String token = token("127.0.0.1", "21600").body();
        assertThat(with(token, SCHEDULED).body()).isEqualTo("[]");
        assertThat(with(token, HISTORY).body()).isEqualTo("[]");
    }

    @Test
    void whatIsToComeAndWhatWas() throws IOException {
        guests.told(new VmDocument(
                V1,
                5,
                List.of(new VmDocument.Told(
                        event("e-9", EventKind.FREEZE, false, Duration.ofSeconds(3)), List.of("web-1"))),
                List.of(
                        new VmDocument.Past(event("e-2", EventKind.REBOOT, true, null), false, SOON),
                        new VmDocument.Past(event("e-1", EventKind.REDEPLOY, false, null), true, SOON))));
        String token = token("127.0.0.1", "60").body();
        assertThat(with(token, SCHEDULED).body())
                .isEqualTo("[{\"NotBefore\":\"19 Sep 2016 18:29:47 GMT\",\"Code\":\"system-maintenance\","
                        + "\"Description\":\"The host gets a new kernel.\",\"EventId\":\"e-9\","
                        + "\"NotAfter\":\"19 Sep 2016 18:29:50 GMT\",\"State\":\"active\"}]");
        assertThat(with(token, HISTORY).body())
                .isEqualTo("[{\"NotBefore\":\"19 Sep 2016 18:29:47 GMT\",\"Code\":\"instance-reboot\","
                        + "\"Description\":\"[Completed] The host gets a new kernel.\",\"EventId\":\"e-2\","
                        + "\"State\":\"completed\"},{\"NotBefore\":\"19 Sep 2016 18:29:47 GMT\","
                        + "\"Code\":\"system-reboot\",\"Description\":\"[Canceled] The host gets a new kernel.\","
                        + "\"EventId\":\"e-1\",\"State\":\"canceled\"}]");
    }

    @Test
    void aTokenSaysHowLongItLastsAndIsNeeded() throws IOException {
        guests.told(VmDocument.empty(V1));
        Answer token = token("127.0.0.1", "60");
        assertThat(token.status()).isEqualTo(200);
        assertThat(token.header("X-aws-ec2-metadata-token-ttl-seconds")).isEqualTo("60");
        assertThat(with(token.body(), SCHEDULED).status()).isEqualTo(200);
        assertThat(with("", SCHEDULED).status()).isEqualTo(401);
        assertThat(with("AAAA", SCHEDULED).status()).isEqualTo(401);
        assertThat(with("!", SCHEDULED).status()).isEqualTo(401);
        assertThat(with(token("127.0.0.2", "60").body(), SCHEDULED).status())
                .as("another VM's")
                .isEqualTo(401);
        guests.at(guests.now().plusSeconds(60));
        assertThat(with(token.body(), SCHEDULED).status()).as("it has run out").isEqualTo(401);
        for (String bad : List.of("0", "21601", "-1", "soon", "")) {
            assertThat(token("127.0.0.1", bad).status()).as(bad).isEqualTo(400);
        }
    }

    @Test
    void aTokenOutlivesTheAgent() throws IOException {
        String token = token("127.0.0.1", "60").body();
        guests.close();
        guests = new Guests(directory);
        guests.told(VmDocument.empty(V1));
        assertThat(with(token, SCHEDULED).status()).isEqualTo(200);
    }
}
