package dev.evenkeel.agent.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The kernel's neighbour table: where frames for an IPv4 address go. */
final class Neighbours {
    private static final int FLAGS = 2;
    private static final int MAC = 3;
    private static final int DEVICE = 5;
    private static final int COMPLETE = 0x2;
    private static final int PIECE = 16 << 10;

    private Neighbours() {}

    /** A neighbour that is known. */
    record Neighbour(String mac, String device) {}

    /** By address; {@code table} is /proc/net/arp of some network, read from its beginning. */
    static Map<String, Neighbour> read(FileChannel table) throws IOException {
        return parse(new String(whole(table, PIECE), StandardCharsets.US_ASCII));
    }

    static Map<String, Neighbour> parse(String table) {
        Map<String, Neighbour> found = new HashMap<>();
        table.lines().skip(1).forEach(line -> {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length > DEVICE && (Integer.decode(words[FLAGS]) & COMPLETE) != 0) {
                found.put(words[0], new Neighbour(words[MAC].toLowerCase(Locale.ROOT), words[DEVICE]));
            }
        });
        return found;
    }

    /** All bytes of a file of the kernel's that has no length and gives what it likes. */
    static byte[] whole(FileChannel file, int piece) throws IOException {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(piece);
        long at = 0;
        for (int count = file.read(buffer, at); count > 0; count = file.read(buffer, at)) {
            all.write(buffer.array(), 0, count);
            at += count;
            buffer.clear();
        }
        return all.toByteArray();
    }
}
