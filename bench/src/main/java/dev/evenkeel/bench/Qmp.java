package dev.evenkeel.bench;

import dev.evenkeel.lab.os.Await;
import dev.evenkeel.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** A conversation with a QEMU on its monitor (https://www.qemu.org/docs/master/interop/qmp-spec.html). */
public final class Qmp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SocketChannel channel;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

    private Qmp(SocketChannel channel) {
        this.channel = channel;
    }

    /** Waits until QEMU listens there. */
    public static Qmp open(Path socket) throws IOException {
        if (!Await.until(PATIENCE, () -> Files.exists(socket))) {
            throw new IOException("QEMU did not open its monitor " + socket);
        }
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        Qmp qmp = new Qmp(channel);
        Thread.ofVirtual().start(qmp::listen);
        qmp.ask("qmp_capabilities", Map.of());
        return qmp;
    }

    private void listen() {
        try {
            BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode message = Json.mapper().readTree(line);
                if (message.has("event")) {
                    events.add(message);
                } else if (!message.has("QMP")) {
                    answers.add(message);
                }
            }
        } catch (IOException e) {
            return; // closed; who still waits for an answer finds out by its patience
        }
    }

    /** Gives a command and waits for what it returns. */
    public JsonNode ask(String command, Map<String, ?> arguments) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(
                Json.mapper().writeValueAsString(Map.of("execute", command, "arguments", arguments)) + "\n");
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        JsonNode answer = next(answers, "an answer to " + command);
        if (answer.has("error")) {
            throw new IOException(
                    command + ": QEMU said " + answer.at("/error/desc").asString());
        }
        return answer.path("return");
    }

    /** Waits for an event; those before it are forgotten. */
    JsonNode await(Predicate<JsonNode> which) throws IOException {
        JsonNode event = next(events, "an event");
        while (!which.test(event)) {
            event = next(events, "an event");
        }
        return event;
    }

    /** Whether an event of this name has come; those that have come are forgotten. */
    public boolean hasSent(String event) {
        List<JsonNode> come = new ArrayList<>();
        events.drainTo(come);
        return come.stream().anyMatch(e -> e.path("event").asString("").equals(event));
    }

    private static JsonNode next(BlockingQueue<JsonNode> queue, String what) throws IOException {
        try {
            JsonNode next = queue.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new IOException("QEMU did not send " + what + " within " + PATIENCE.toSeconds() + " s");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + what);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
