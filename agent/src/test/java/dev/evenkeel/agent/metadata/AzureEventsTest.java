package dev.evenkeel.agent.metadata;

import static dev.evenkeel.agent.metadata.Guests.V1;
import static dev.evenkeel.agent.metadata.Guests.document;
import static dev.evenkeel.agent.metadata.Guests.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.metadata.Exchange.Answer;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Azure's Scheduled Events as clients read them. */
class AzureEventsTest {
    private static final String NEWEST = "/metadata/scheduledevents?api-version=2020-07-01";

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

    private Answer get(String target, String... headers) throws IOException {
        try (Exchange exchange = guests.ask()) {
            String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
            all[headers.length] = "Metadata: true";
            return exchange.request("GET " + target, all);
        }
    }

    private Answer post(String body, String... headers) throws IOException {
        try (Exchange exchange = guests.ask()) {
            String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
            all[headers.length] = "metadata:true";
            return exchange.request("POST " + NEWEST, body, all);
        }
    }

    @Test
    void nothingIsPlannedAtFirst() throws IOException {
        guests.told(VmDocument.empty(V1));
        Answer answer = get(NEWEST);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"DocumentIncarnation\":1,\"Events\":[]}");
        assertThat(answer.header("Content-Type")).startsWith("application/json");
    }

    @Test
    void anEventHasTheFieldsOfTheNewestVersion() throws IOException {
        guests.told(document(2, event("e-1", EventKind.FREEZE, false, Duration.ofMillis(1100))));
        assertThat(get(NEWEST).body())
                .isEqualTo("{\"DocumentIncarnation\":2,\"Events\":[{\"EventId\":\"e-1\",\"EventType\":\"Freeze\","
                        + "\"ResourceType\":\"VirtualMachine\",\"Resources\":[\"web-1\"],\"EventStatus\":\"Scheduled\","
                        + "\"NotBefore\":\"Mon, 19 Sep 2016 18:29:47 GMT\","
                        + "\"Description\":\"The host gets a new kernel.\",\"EventSource\":\"Platform\","
                        + "\"DurationInSeconds\":2}]}");
    }

    @ParameterizedTest
    @CsvSource({
        "2017-08-01, false, false, false",
        "2017-11-01, false, false, false",
        "2019-01-01, false, false, false",
        "2019-04-01, true, false, false",
        "2019-08-01, true, true, false",
        "2020-07-01, true, true, true"
    })
    void eachVersionHasItsFields(String version, boolean description, boolean source, boolean duration)
            throws IOException {
        guests.told(document(2, event("e-1", EventKind.REBOOT, true, null)));
        String body = get("/metadata/scheduledevents?api-version=" + version).body();
        assertThat(body).contains("\"EventStatus\":\"Started\",\"NotBefore\":\"\"");
        assertThat(body.contains("\"Description\"")).isEqualTo(description);
        assertThat(body.contains("\"EventSource\"")).isEqualTo(source);
        assertThat(body.contains("\"DurationInSeconds\":-1")).isEqualTo(duration);
    }

    @Test
    void anOldVersionIsNotToldOfKindsThatItDoesNotKnow() throws IOException {
        guests.told(document(
                2,
                event("e-1", EventKind.PREEMPT, false, null),
                event("e-2", EventKind.TERMINATE, false, Duration.ZERO),
                event("e-3", EventKind.REDEPLOY, false, null)));
        assertThat(get("/metadata/scheduledevents?api-version=2017-08-01").body())
                .doesNotContain("Preempt", "Terminate")
                .contains("Redeploy");
        assertThat(get("/metadata/scheduledevents?api-version=2017-11-01").body())
                .doesNotContain("Terminate")
                .contains("Preempt");
        assertThat(get("/metadata/scheduledevents?api-version=2019-01-01").body())
                .contains("Terminate");
        assertThat(get(NEWEST).body()).contains("\"DurationInSeconds\":0");
    }

    @Test
    void theHeaderAndAKnownVersionAreNeeded() throws IOException {
        guests.told(VmDocument.empty(V1));
        try (Exchange exchange = guests.ask()) {
            assertThat(exchange.request("GET " + NEWEST).status()).isEqualTo(400);
            assertThat(exchange.request("GET " + NEWEST, "Metadata: false").status())
                    .isEqualTo(400);
            assertThat(exchange.request("GET " + NEWEST, "metadata: True").status())
                    .isEqualTo(200);
        }
        assertThat(get("/metadata/scheduledevents").status()).isEqualTo(400);
        Answer unknown = get("/metadata/scheduledevents?api-version=2016-01-01");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.body()).contains("\"newest-versions\":[\"2020-07-01\"");
        assertThat(get("/metadata/latest/scheduledevents").status())
                .as("of the preview")
                .isEqualTo(200);
        assertThat(get("/metadata/nothing?api-version=2020-07-01").status()).isEqualTo(404);
    }

    @Test
    void theIncarnationIsTheTagOfTheDocument() throws IOException {
        guests.told(document(7, event("e-1", EventKind.FREEZE, false, null)));
        assertThat(get(NEWEST).header("ETag")).isEqualTo("\"7\"");
        Answer same = get(NEWEST, "If-None-Match: \"7\"");
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(get(NEWEST, "If-None-Match: 7").status()).isEqualTo(304);
        assertThat(get(NEWEST, "If-None-Match: \"6\", \"8\"").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: application/json",
                "Content-Type: application/x-www-form-urlencoded",
                "If-None-Match: \"2\""
            })
    void anEventIsApprovedHoweverTheBodyIsCalled(String header) throws IOException {
        guests.told(document(2, event("e-1", EventKind.FREEZE, false, null)));
        String body = "{\"DocumentIncarnation\": 2, \"StartRequests\": [{\"EventId\": \"e-1\"}]}";
        assertThat(post(body, header).status()).isEqualTo(200);
        assertThat(post(body, header).status()).as("once more").isEqualTo(200);
        assertThat(guests.documents.unreported()).hasSize(1).allSatisfy(approval -> {
            assertThat(approval.vm()).isEqualTo(V1);
            assertThat(approval.at()).isEqualTo(guests.now());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not JSON",
                "{}",
                "{\"StartRequests\": []}",
                "{\"StartRequests\": [{\"Id\": \"e-1\"}]}",
                "{\"StartRequests\": [{\"EventId\": \"e-1\"}, {\"EventId\": \"another's\"}]}"
            })
    void whatIsNoApprovalApprovesNothing(String body) throws IOException {
        guests.told(document(2, event("e-1", EventKind.FREEZE, false, null)));
        assertThat(post(body).status()).isEqualTo(400);
        assertThat(guests.documents.unreported()).isEmpty();
    }

    @Test
    void theInstanceHasAName() throws IOException {
        assertThat(get("/metadata/instance?api-version=2021-12-13").body())
                .contains("\"compute\"", "\"name\":\"web-1\"");
        assertThat(get("/metadata/instance/compute/name?api-version=2019-08-01&format=text")
                        .body())
                .isEqualTo("web-1");
        assertThat(get("/metadata/instance").status()).isEqualTo(400);
    }
}
