package dev.evenkeel.agent.preserve;

import dev.evenkeel.wire.Json;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/**
 * A conversation with a QEMU (https://www.qemu.org/docs/master/interop/qmp-spec.html), which is waited for only while whoever
 * waits has patience. Used by one thread.
 */
final class QmpSocket implements Closeable {
    private static final Duration LOOK_UP = Duration.ofMillis(20);

    private final SocketChannel channel;
    private final Selector selector;
    private final BooleanSupplier impatient;
    private final ByteBuffer received = ByteBuffer.allocate(16 * 1024);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final Deque<JsonNode> answers = new ArrayDeque<>();
    private final Set<String> events = new HashSet<>();

    /** It did not answer in the time that it was given. */
    static final class Hangs extends IOException {
        private static final long serialVersionUID = 1;

        Hangs(String message) {
            super(message);
        }
    }

    private QmpSocket(SocketChannel channel, Selector selector, BooleanSupplier impatient) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.impatient = impatient;
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * Empty while nobody listens there.
     *
     * @param impatient is asked while an answer is waited for; true ends the wait with {@link Hangs}
     */
    static Optional<QmpSocket> connect(Path path, BooleanSupplier impatient) throws IOException {
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
        QmpSocket socket = new QmpSocket(channel, Selector.open(), impatient);
        try {
            socket.answer(); // the greeting
            socket.ask("{\"execute\":\"qmp_capabilities\"}");
            return Optional.of(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** What a command returns. @throws IOException when QEMU refuses it, hangs up or hangs */
    JsonNode ask(String command) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(command + "\n");
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                lookUp();
            }
        }
        JsonNode answer = answer();
        if (answer.has("error")) {
            throw new IOException("QEMU said " + answer.at("/error/desc").asString());
        }
        return answer.path("return");
    }

    /** Whether an event of this name has come, as far as QEMU has written it by now. */
    boolean hasHappened(String event) throws IOException {
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
            int read = receive();
            if (read < 0) {
                throw new IOException("QEMU closed its monitor");
            }
            if (read == 0) {
                lookUp();
            }
        }
        return answers.remove();
    }

    private void lookUp() throws IOException {
        if (impatient.getAsBoolean()) {
            throw new Hangs("QEMU does not answer on its monitor");
        }
        selector.select(LOOK_UP.toMillis());
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
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
        selector.close();
        channel.close();
    }
}
