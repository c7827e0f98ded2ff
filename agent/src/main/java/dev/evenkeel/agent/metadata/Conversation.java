package dev.evenkeel.agent.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One connection of a guest's. Used by the serving thread only. */
final class Conversation {
    /** A request has to be there whole, and an answer taken, so long after it began. */
    static final Duration STEP = Duration.ofSeconds(10);

    static final Duration IDLE = Duration.ofSeconds(75);
    /** What a client still sends after its last answer is read for so long, or it might not get to see the answer. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private static final int FIRST_BYTES = 512;
    private static final int MOST_BYTES = HttpParser.MOST_HEAD + HttpParser.MOST_BODY;
    private static final byte[] NOTHING = {};

    final SocketChannel channel;
    final String who;
    private final SelectionKey key;
    private byte[] in = NOTHING;
    private int length;
    private @Nullable ByteBuffer out;
    private boolean closing;
    private boolean farewell;
    /** Of System.nanoTime; what is under way is given up then. */
    long deadline;
    /** An answer that waits for something to say, and the request that it is for. */
    Reply.@Nullable Held held;
    /** Its answer is being worked on elsewhere. */
    boolean busy;

    /** Whether the client wants to go on after the answer to this request. */
    @Nullable
    HttpRequest request;

    private boolean continued;

    /** @param who the VM or, when it is not known, the address */
    Conversation(SocketChannel channel, SelectionKey key, String who, long now) {
        this.channel = channel;
        this.key = key;
        this.who = who;
        this.deadline = now + STEP.toNanos();
    }

    /**
     * Takes in what has arrived.
     *
     * @param buffer for the moment
     * @return false when the client has gone
     */
    boolean read(ByteBuffer buffer, long now) throws IOException {
        buffer.clear();
        if (!farewell) {
            buffer.limit(Math.min(buffer.capacity(), MOST_BYTES + 1 - length));
        }
        int count = channel.read(buffer);
        if (count < 0) {
            return false;
        }
        if (count == 0 || farewell) {
            return true;
        }
        if (length == 0 && request == null) {
            deadline = now + STEP.toNanos();
        }
        if (length + count > in.length) {
            in = Arrays.copyOf(in, Math.max(Math.max(FIRST_BYTES, in.length * 2), length + count));
        }
        buffer.flip();
        buffer.get(in, length, count);
        length += count;
        if (length > MOST_BYTES) {
            listen(false); // more than a whole request: it waits
        }
        return true;
    }

    /** The next request, if nothing else is under way; null while it is not whole. */
    HttpParser.@Nullable Parsed next() throws IOException {
        if (request != null || out != null || farewell || length == 0) {
            return null;
        }
        HttpParser.Parsed parsed = HttpParser.parse(in, length);
        return switch (parsed) {
            case HttpParser.Parsed.Unfinished more -> {
                if (more.continues() && !continued) {
                    continued = true;
                    channel.write(ByteBuffer.wrap(
                            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
                }
                yield null;
            }
            case HttpParser.Parsed.Whole whole -> {
                request = whole.request();
                drop(whole.length());
                yield whole;
            }
            case HttpParser.Parsed.Bad bad -> bad;
        };
    }

    private void drop(int count) {
        continued = false;
        length -= count;
        if (length == 0) {
            in = NOTHING;
        } else {
            in = Arrays.copyOfRange(in, count, count + length);
            listen(true);
        }
    }

    /** Answers what was asked; {@code last}: and hangs up then. */
    void send(HttpAnswer answer, boolean last, long now) throws IOException {
        HttpRequest asked = request;
        closing = last || asked == null || !asked.keepAlive();
        boolean withBody = asked == null || !asked.method().equals("HEAD");
        request = null;
        held = null;
        busy = false;
        out = ByteBuffer.wrap(answer.bytes(closing, withBody));
        deadline = now + STEP.toNanos();
        write(now);
    }

    void write(long now) throws IOException {
        ByteBuffer left = out;
        if (left == null) {
            return;
        }
        channel.write(left);
        if (left.hasRemaining()) {
            key.interestOps(key.interestOps() | SelectionKey.OP_WRITE);
            return;
        }
        out = null;
        key.interestOps(key.interestOps() & ~SelectionKey.OP_WRITE);
        deadline = now + (length > 0 ? STEP : IDLE).toNanos();
        if (closing) {
            channel.shutdownOutput();
            farewell = true;
            in = NOTHING;
            length = 0;
            listen(true);
            deadline = now + FAREWELL.toNanos();
        }
    }

    private void listen(boolean on) {
        int ops = key.interestOps();
        key.interestOps(on ? ops | SelectionKey.OP_READ : ops & ~SelectionKey.OP_READ);
    }

    void close() {
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
