package dev.evenkeel.agent.preserve;

import dev.evenkeel.wire.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * Speaks QMP (https://www.qemu.org/docs/master/interop/qmp-spec.html) to a QEMU that libvirt is starting for a hand-over, and tells
 * it to expect a stream without the shared memory, before libvirt tells it to listen. When this comes too late, QEMU refuses the
 * stream and the VM stays where it is.
 */
final class IncomingMonitor implements AutoCloseable {
    private static final Duration GLANCE = Duration.ofMillis(2);

    private final Path socket;
    private final Path kept;
    private final Thread thread;
    private volatile boolean closed;
    private volatile String trouble = "QEMU never opened its second monitor";

    /**
     * Waits in the background for the socket to appear.
     *
     * @param kept the directory with the files that must be the new process's memory
     */
    IncomingMonitor(Path socket, Path kept) {
        this.socket = socket;
        this.kept = kept;
        this.thread = Thread.ofPlatform().daemon().name("handover-monitor").start(this::run);
    }

    private void run() {
        try {
            while (!closed && !tell()) {
                LockSupport.parkNanos(GLANCE.toNanos());
            }
        } catch (IOException e) {
            trouble = closed ? "QEMU did not answer on its second monitor" : String.valueOf(e.getMessage());
        }
    }

    /** @return false while nobody listens there */
    private boolean tell() throws IOException {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                return false; // made, not yet listened to
            }
            BufferedReader answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            answers.readLine(); // the greeting
            ask(channel, answers, "{\"execute\":\"qmp_capabilities\"}");
            SharedMemory memory = SharedMemory.of("", command -> ask(channel, answers, command));
            if (!memory.isKeptIn(kept)) {
                throw new IOException("the new process was given other memory than the VM's: " + memory.files()
                        + "; libvirt did not run the hook, because it looks for hooks only when it starts");
            }
            ask(channel, answers, ignoreShared(true));
            trouble = "";
            return true;
        }
    }

    /** Sets the capability that leaves shared memory out of a stream. */
    static String ignoreShared(boolean on) {
        return "{\"execute\":\"migrate-set-capabilities\",\"arguments\":{\"capabilities\":"
                + "[{\"capability\":\"x-ignore-shared\",\"state\":" + on + "}]}}";
    }

    private static JsonNode ask(SocketChannel channel, BufferedReader answers, String command) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(command + "\n");
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        while (true) {
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("QEMU closed its monitor");
            }
            JsonNode answer = Json.mapper().readTree(line);
            if (answer.has("error")) {
                throw new IOException("QEMU said " + answer.at("/error/desc").asString());
            }
            if (answer.has("return")) {
                return answer.path("return");
            }
        }
    }

    /** Why QEMU was not told; empty when it was. */
    String trouble() {
        return trouble;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt(); // which ends a conversation with a QEMU that no longer answers
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
