package dev.evenkeel.agent.metadata;

import static dev.evenkeel.agent.metadata.Guests.SOON;
import static dev.evenkeel.agent.metadata.Guests.V1;
import static dev.evenkeel.agent.metadata.Guests.document;
import static dev.evenkeel.agent.metadata.Guests.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.metadata.Exchange.Answer;
import dev.evenkeel.core.notice.EventKind;
import dev.evenkeel.wire.link.VmDocument;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The maintenance event of Compute Engine. */
class GceEventsTest {
    private static final String EVENT = "GET /computeMetadata/v1/instance/maintenance-event";
    private static final String FLAVOR = "Metadata-Flavor: Google";

    @TempDir
    Path directory = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private Guests guests;

    @BeforeEach
    void start() throws IOException {
        guests = new Guests(directory);
        guests.told(VmDocument.empty(V1));
    }

    @AfterEach
    void stop() {
        guests.close();
    }

    private Answer get(String line) throws IOException {
        try (Exchange exchange = guests.ask()) {
            return exchange.request(line, FLAVOR);
        }
    }

    @Test
    void anEventIsReadFromAMinuteBeforeItBeginsUntilItIsOver() throws IOException {
        guests.told(document(2, event("e-1", EventKind.FREEZE, false, null)));
        Answer early = get(EVENT);
        assertThat(early.body()).isEqualTo("NONE");
        assertThat(early.header("Metadata-Flavor")).isEqualTo("Google");
        guests.at(SOON.minusSeconds(60));
        assertThat(get(EVENT).body()).isEqualTo("MIGRATE_ON_HOST_MAINTENANCE");
        assertThat(get(EVENT + "?alt=json").body()).isEqualTo("\"MIGRATE_ON_HOST_MAINTENANCE\"");
        guests.told(document(3, event("e-2", EventKind.REBOOT, true, null)));
        assertThat(get(EVENT).body()).isEqualTo("TERMINATE_ON_HOST_MAINTENANCE");
        guests.told(document(4));
        assertThat(get(EVENT).body()).isEqualTo("NONE");
    }

    @Test
    void aRequestThatWaitsIsAnsweredByAChange() throws IOException {
        String tag = get(EVENT).header("ETag");
        try (Exchange waiting = guests.ask()) {
            waiting.send(EVENT + "?wait_for_change=true&last_etag=" + tag + "&timeout_sec=600 HTTP/1.1\r\n" + FLAVOR
                    + "\r\n\r\n");
            guests.told(document(2, event("e-1", EventKind.FREEZE, false, null)));
            guests.told(document(3, event("e-1", EventKind.FREEZE, true, null)));
            Answer answer = waiting.answer();
            assertThat(answer.body()).isEqualTo("MIGRATE_ON_HOST_MAINTENANCE");
            assertThat(answer.header("ETag")).isNotEqualTo(tag);
        }
    }

    @Test
    void aRequestThatWaitsIsAnsweredWhenItsTimeIsUpOrTheTagIsOld() throws IOException {
        String tag = get(EVENT).header("ETag");
        Answer late = get(EVENT + "?wait_for_change=true&timeout_sec=0&last_etag=" + tag);
        assertThat(late.body()).isEqualTo("NONE");
        assertThat(late.header("ETag")).isEqualTo(tag);
        assertThat(get(EVENT + "?wait_for_change=TRUE&last_etag=0").body()).isEqualTo("NONE");
    }

    @Test
    void whatCameAndWentMeanwhileIsAChangeToo() throws IOException {
        String tag = get(EVENT).header("ETag");
        guests.told(document(2, event("e-1", EventKind.FREEZE, true, null)));
        guests.told(new VmDocument(
                V1,
                3,
                List.of(),
                List.of(new VmDocument.Past(event("e-1", EventKind.FREEZE, true, null), false, SOON))));
        assertThat(get(EVENT + "?wait_for_change=true&last_etag=" + tag).body()).isEqualTo("NONE");
    }

    @Test
    void theFlavorIsNeededButToFindOutWhereOneIs() throws IOException {
        try (Exchange exchange = guests.ask()) {
            assertThat(exchange.request(EVENT).status()).isEqualTo(403);
            assertThat(exchange.request("GET /").header("Metadata-Flavor")).isEqualTo("Google");
            assertThat(exchange.request("GET /computeMetadata/v1/instance", FLAVOR)
                            .status())
                    .isEqualTo(200);
            assertThat(exchange.request("GET /computeMetadata/v1/instance/name", FLAVOR)
                            .body())
                    .isEqualTo("web-1");
            assertThat(exchange.request("GET /computeMetadata/v1/nothing", FLAVOR)
                            .status())
                    .isEqualTo(404);
        }
    }
}
