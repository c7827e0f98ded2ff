package dev.evenkeel.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.cli.client.SseReader.Message;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class SseReaderTest {
    private final AtomicInteger linesHeard = new AtomicInteger();

    private SseReader reader(String stream) {
        return new SseReader(
                new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)), linesHeard::incrementAndGet);
    }

    @Test
    void messagesEndWithAnEmptyLine() throws IOException {
        SseReader reader = reader("id: 7\nevent: x\ndata: a\n\nid:8\ndata:b\n\n");

        assertThat(reader.next()).contains(new Message("7", "a"));
        assertThat(reader.next()).contains(new Message("8", "b"));
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void dataOfSeveralLinesIsJoined() throws IOException {
        assertThat(reader("data: a\ndata: b\n\n").next()).contains(new Message("", "a\nb"));
    }

    @Test
    void commentsShowOnlyThatTheConnectionLives() throws IOException {
        assertThat(reader(": still here\n\n: and here\n\n").next()).isEmpty();
        assertThat(linesHeard).hasValue(4);
    }

    @Test
    void aMessageThatIsCutOffIsDropped() throws IOException {
        assertThat(reader("id: 1\ndata: half").next()).isEmpty();
    }
}
