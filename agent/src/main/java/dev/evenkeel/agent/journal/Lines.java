package dev.evenkeel.agent.journal;

import dev.evenkeel.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;

/**
 * The journal's lines: eight hex digits of CRC-32C, a space, a letter for the kind, a space, JSON, a line feed. The sum
 * covers what follows the first space, so a line that was cut off or never reached the disk is seen.
 */
final class Lines {
    private static final int SUM = 8;

    private Lines() {}

    static byte[] encode(Entry entry) {
        String body = entry.letter() + " " + Json.mapper().writeValueAsString(entry);
        return (sum(body) + " " + body + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The entry in a line without its line feed, or nothing when the line is damaged. */
    static Optional<Entry> decode(String line) {
        if (line.length() < SUM + 3 || !sum(line.substring(SUM + 1)).equals(line.substring(0, SUM))) {
            return Optional.empty();
        }
        try {
            String json = line.substring(SUM + 3);
            return Entry.kind(line.charAt(SUM + 1)).map(kind -> Json.mapper().readValue(json, kind));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static String sum(String body) {
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
