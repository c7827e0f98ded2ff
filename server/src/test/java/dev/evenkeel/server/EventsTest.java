package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The event stream: nothing is missed, whoever breaks off. */
@Timeout(120)
class EventsTest {
    @TempDir
    static Path directory = Path.of("");

    private static final FakeFleet FLEET = new FakeFleet().host("h1", "acme").host("h2", "acme");
    private static TestServer server;
    private static Api api;

    @BeforeAll
    static void aFleetInWhichSomethingHappened() throws Exception {
        server = TestServer.start(directory.resolve("state"));
        api = server.api();
        FLEET.joins(server, directory);
        move();
    }

    @AfterAll
    static void stop() throws Exception {
        FLEET.close();
        server.close();
    }

    /** Moves the first VM to the other host; the id of the run. */
    private static String move() throws Exception {
        String run = api.post("/v1/vms/vm-10/migrate", "{}").json().path("id").asString();
        FLEET.awaitRunEnd(run);
        return run;
    }

    /** A message of the stream. */
    private record Message(long id, String event, JsonNode data) {}

    /** An open stream. */
    private record Listener(BufferedReader lines) implements AutoCloseable {
        static Listener open(String query, Map<String, String> headers) throws Exception {
            return new Listener(new BufferedReader(
                    new InputStreamReader(api.stream("/v1/events" + query, headers), StandardCharsets.UTF_8)));
        }

        Message next() throws IOException {
            long id = -1;
            String event = "";
            String data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    id = Long.parseLong(line.substring(3).strip());
                } else if (line.startsWith("event:")) {
                    event = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    data = line.substring(5).strip();
                } else if (line.isEmpty() && id >= 0) {
                    return new Message(id, event, Json.mapper().readTree(data));
                }
            }
            throw new IOException("the stream ended");
        }

        void awaitComment() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(": still here") || line.startsWith(":still here")) {
                    return;
                }
            }
            throw new IOException("the stream ended");
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    @Test
    void theWholePastCanBeHeardAndComesInOrderWithoutAHole() throws Exception {
        try (Listener listener = Listener.open("?after=0", Map.of())) {
            Message first = listener.next();
            Message second = listener.next();
            assertThat(first.id()).isEqualTo(1);
            assertThat(second.id()).isEqualTo(2);
            assertThat(first.event()).isEqualTo(first.data().path("type").asString());
            assertThat(first.data().path("text").asString()).isNotBlank();
        }
    }

    @Test
    void whoComesBackWithTheLastIdMissesNothingAndHearsNothingTwice() throws Exception {
        long seen;
        try (Listener listener = Listener.open("?after=0", Map.of())) {
            seen = listener.next().id();
        }
        move();
        try (Listener listener = Listener.open("", Map.of("Last-Event-ID", Long.toString(seen)))) {
            for (long expected = seen + 1; expected < seen + 5; expected++) {
                assertThat(listener.next().id()).isEqualTo(expected);
            }
        }
    }

    @Test
    void whoComesWithoutAnIdHearsOnlyWhatIsNew() throws Exception {
        try (Listener listener = Listener.open("", Map.of())) {
            listener.awaitComment();
            String run = move();
            assertThat(listener.next().data().path("run").asString()).isEqualTo(run);
        }
    }

    @Test
    void aFilterLetsOnlyItsOwnThrough() throws Exception {
        String other = move();
        String run = move();
        try (Listener listener = Listener.open("?after=0&run=" + run, Map.of())) {
            Message message = listener.next();
            assertThat(message.data().path("run").asString()).isEqualTo(run).isNotEqualTo(other);
            while (!message.event().equals("HostRunEnded")) {
                message = listener.next();
                assertThat(message.data().path("run").asString()).isEqualTo(run);
            }
        }
    }

    @Test
    void aQuietStreamSaysThatItLives() throws Exception {
        try (Listener listener = Listener.open("?run=nothing", Map.of())) {
            listener.awaitComment();
            listener.awaitComment();
        }
    }

    @Test
    void anIdThatIsNoSequenceIsRefused() {
        assertThatThrownBy(() -> Listener.open("", Map.of("Last-Event-ID", "yesterday")))
                .hasMessageContaining("422")
                .hasMessageContaining("Last-Event-ID");
    }
}
