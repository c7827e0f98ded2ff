package dev.evenkeel.agent.preserve;

import dev.evenkeel.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A conversation with a QEMU (https://www.qemu.org/docs/master/interop/qmp-spec.html). Used by one thread. */
final class QmpSocket implements Closeable {
    private final SocketChannel channel;
    private final ByteBuffer received = ByteBuffer.allocate(16 * 1024);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<JsonNode> answers = new ArrayDeque<>();
    private final Set<String> events = new HashSet<>();

    private QmpSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /** Empty while nobody listens there. */
    static Optional<QmpSocket> connect(Path path) throws IOException {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            channel.close();
            return Optional.empty(); // made, not yet listened to
        }
        QmpSocket socket = new QmpSocket(channel);
        socket.answer(); // the greeting
        socket.ask("{\"execute\":\"qmp_capabilities\"}");
        return Optional.of(socket);
    }

    /** What a command returns. @throws IOException when QEMU refuses it or hangs up */
    JsonNode ask(String command) throws IOException {
        channel.configureBlocking(true);
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(command + "\n");
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        JsonNode answer = answer();
        if (answer.has("error")) {
            throw new IOException("QEMU said " + answer.at("/error/desc").asString());
        }
        return answer.path("return");
    }

    /** Whether an event of this name has come, as far as QEMU has written it by now. */
    boolean hasHappened(String event) throws IOException {
        channel.configureBlocking(false);
        while (!events.contains(event)) {
            int read = receive();
            if (read <= 0) {
                break;
            }
        }
        return events.contains(event);
    }

    private JsonNode answer() throws IOException {
        while (answers.isEmpty()) {
            if (receive() < 0) {
                throw new IOException("QEMU closed its monitor");
            }
        }
        return answers.remove();
    }

    private int receive() throws IOException {
        received.clear();
        int read = channel.read(received);
        received.flip();
        while (received.hasRemaining()) {
            byte next = received.get();
            if (next != '\n') {
                line.write(next);
                continue;
            }
            String text = line.toString(StandardCharsets.UTF_8).strip();
            line.reset();
            if (!text.isEmpty()) {
                take(Json.mapper().readTree(text));
            }
        }
        return read;
    }

    private void take(JsonNode message) {
        if (message.has("event")) {
            events.add(message.get("event").asString());
        } else {
            answers.add(message);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
