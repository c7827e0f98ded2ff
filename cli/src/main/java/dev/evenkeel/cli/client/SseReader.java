package dev.evenkeel.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2) as far as Evenkeel's server uses them: {@code id}, {@code data}
 * of one or more lines, and comments, which only show that the connection lives.
 */
final class SseReader {
    /** One message; {@code id} is empty when it had none. */
    record Message(String id, String data) {}

    private final BufferedReader lines;
    private final Runnable onLine;

    /** @param onLine called for every line that arrives, comments included */
    SseReader(InputStream stream, Runnable onLine) {
        this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
        this.onLine = onLine;
    }

    /** The next whole message; empty at the end of the stream. A message that is cut off by the end is dropped. */
    Optional<Message> next() throws IOException {
        String id = "";
        StringBuilder data = new StringBuilder();
        boolean any = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            onLine.run();
            if (line.isEmpty()) {
                if (any) {
                    return Optional.of(new Message(id, data.toString()));
                }
                id = "";
            } else if (!line.startsWith(":")) {
                int colon = line.indexOf(':');
                String field = colon < 0 ? line : line.substring(0, colon);
                String value = colon < 0 ? "" : line.substring(colon + (line.startsWith(" ", colon + 1) ? 2 : 1));
                switch (field) {
                    case "id" -> id = value;
                    case "data" -> {
                        data.append(any ? "\n" : "").append(value);
                        any = true;
                    }
                    default -> {} // "event" repeats the kind that the data carries; others are to be ignored
                }
            }
        }
        return Optional.empty();
    }
}
