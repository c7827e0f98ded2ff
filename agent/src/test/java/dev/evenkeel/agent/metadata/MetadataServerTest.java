package dev.evenkeel.agent.metadata;

import static dev.evenkeel.agent.metadata.Guests.V1;
import static dev.evenkeel.agent.metadata.Guests.V2;
import static dev.evenkeel.agent.metadata.Guests.document;
import static dev.evenkeel.agent.metadata.Guests.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.metadata.Exchange.Answer;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is answered, and what a client that means harm or goes wrong comes to. */
class MetadataServerTest {
    private static final String EVENTS = "GET /metadata/scheduledevents?api-version=2020-07-01";
    private static final String HEADER = "Metadata: true";

    @TempDir
    Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private Guests guests;

    @BeforeEach
    void start() throws IOException {
        guests = new Guests(directory);
        guests.told(document(2, event("e-1", EventKind.FREEZE, false, null)), VmDocument.empty(V2));
    }

    @AfterEach
    void stop() {
        guests.close();
    }

    @Test
    void eachVmReadsItsOwnByWhereItIs() throws IOException {
        try (Exchange one = guests.ask("127.0.0.1");
                Exchange two = guests.ask("127.0.0.2");
                Exchange nobody = guests.ask("127.0.0.3")) {
            assertThat(one.request(EVENTS, HEADER).body()).contains("web-1");
            assertThat(two.request(EVENTS, HEADER, "X-Real-IP: 127.0.0.1").body())
                    .doesNotContain("web-1");
            assertThat(nobody.request(EVENTS, HEADER).status()).isEqualTo(403);
            assertThat(nobody.isHungUp()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {EVENTS, "PUT /latest/api/token", "GET /computeMetadata/v1/instance/maintenance-event"})
    void whoeverAsksForSomebodyElseIsRefused(String line) throws IOException {
        try (Exchange exchange = guests.ask()) {
            Answer answer = exchange.request(
                    line,
                    HEADER,
                    "Metadata-Flavor: Google",
                    "X-aws-ec2-metadata-token-ttl-seconds: 60",
                    "X-Forwarded-For: 10.0.0.1");
            assertThat(answer.status()).isIn(400, 403);
        }
    }

    @Test
    void aConnectionIsKeptUntilTheClientWantsItClosed() throws IOException {
        try (Exchange exchange = guests.ask()) {
            assertThat(exchange.request(EVENTS, HEADER).header("Connection")).isEqualTo("keep-alive");
            Answer last = exchange.request(EVENTS, HEADER, "Connection: close");
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(exchange.isHungUp()).isTrue();
        }
        try (Exchange old = guests.ask()) {
            old.send(EVENTS + " HTTP/1.0\r\n" + HEADER + "\r\n\r\n");
            assertThat(old.answer().status()).isEqualTo(200);
            assertThat(old.isHungUp()).isTrue();
        }
    }

    @Test
    void requestsThatComeTogetherOrInPiecesAreAnsweredInTurn() throws IOException {
        String request = EVENTS + " HTTP/1.1\r\n" + HEADER + "\r\n\r\n";
        try (Exchange exchange = guests.ask()) {
            exchange.send(request + request + request.substring(0, 20));
            assertThat(exchange.answer().status()).isEqualTo(200);
            assertThat(exchange.answer().status()).isEqualTo(200);
            exchange.send(request.substring(20));
            assertThat(exchange.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatWaitsForAWordGetsIt() throws IOException {
        String body = "{\"StartRequests\": [{\"EventId\": \"e-1\"}]}";
        try (Exchange exchange = guests.ask()) {
            exchange.send("POST /metadata/scheduledevents?api-version=2020-07-01 HTTP/1.1\r\n" + HEADER
                    + "\r\nExpect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");
            assertThat(exchange.answer().status()).isEqualTo(100);
            exchange.send(body);
            assertThat(exchange.answer().status()).isEqualTo(200);
        }
        assertThat(guests.documents.unreported()).hasSize(1);
    }

    @Test
    void aVmThatAsksTooOftenIsToldSoAndTheOthersAreNot() throws IOException {
        List<Integer> statuses = new ArrayList<>();
        try (Exchange exchange = guests.ask();
                Exchange other = guests.ask("127.0.0.2")) {
            for (int i = 0; i < 10 * Allowances.BURST; i++) {
                statuses.add(exchange.request(EVENTS, HEADER).status());
            }
            assertThat(other.request(EVENTS, HEADER).status()).isEqualTo(200);
        }
        assertThat(statuses.subList(0, Allowances.BURST)).containsOnly(200);
        assertThat(statuses).contains(429);
    }

    @Test
    void theOldestOfTooManyConnectionsMakesWay() throws IOException {
        List<Exchange> all = new ArrayList<>();
        try {
            for (int i = 0; i < 17; i++) {
                Exchange exchange = guests.ask();
                all.add(exchange);
                assertThat(exchange.request(EVENTS, HEADER).status()).isEqualTo(200);
            }
            assertThat(all.getFirst().isHungUp()).isTrue();
            assertThat(all.getLast().request(EVENTS, HEADER).status()).isEqualTo(200);
        } finally {
            for (Exchange exchange : all) {
                exchange.close();
            }
        }
    }

    @Test
    void whatIsTooLargeOrStrangeIsRefusedAndHungUpOn() throws IOException {
        String long8k = "X-Long: " + "x".repeat(8200);
        refused(431, EVENTS + " HTTP/1.1\r\n" + long8k);
        refused(431, EVENTS + " HTTP/1.1\r\n" + "A: b\r\n".repeat(100) + "\r\n");
        refused(413, "POST /metadata/scheduledevents HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
        refused(411, "POST /metadata/scheduledevents HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
        refused(400, "nonsense\r\n\r\n");
        refused(400, EVENTS + "&x=%zz HTTP/1.1\r\n\r\n");
        refused(400, "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n");
    }

    private void refused(int status, String text) throws IOException {
        try (Exchange exchange = guests.ask()) {
            exchange.send(text);
            assertThat(exchange.answer().status()).isEqualTo(status);
            assertThat(exchange.isHungUp()).isTrue();
        }
    }

    @Test
    void aClientThatNeverFinishesIsHungUpOn() throws IOException {
        try (Exchange slow = guests.ask()) {
            slow.send(EVENTS);
            assertThat(slow.isHungUp()).isTrue();
        }
    }

    @Test
    void aVmOfWhichNothingIsKnownWaitsForTheServersWord() throws IOException {
        guests.told(VmDocument.empty(V2));
        try (Exchange exchange = guests.ask()) {
            exchange.send(EVENTS + " HTTP/1.1\r\n" + HEADER + "\r\n\r\n");
            guests.told(VmDocument.empty(V1));
            assertThat(exchange.answer().body()).contains("\"DocumentIncarnation\":1");
            guests.told(VmDocument.empty(V2));
            assertThat(exchange.request(EVENTS, HEADER).status())
                    .as("nobody says")
                    .isEqualTo(503);
        }
    }
}
