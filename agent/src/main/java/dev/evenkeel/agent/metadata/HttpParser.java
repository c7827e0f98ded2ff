package dev.evenkeel.agent.metadata;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads HTTP/1.x requests (RFC 9112), as little of it as small clients speak: a body has a length, there are no trailers,
 * no upgrades. Whatever is larger or stranger is refused, not guessed at.
 */
final class HttpParser {
    static final int MOST_HEAD = 8192;
    static final int MOST_BODY = 16384;
    private static final int MOST_HEADERS = 64;
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private HttpParser() {}

    /** What the bytes so far come to. */
    sealed interface Parsed {
        /** More is to come. {@code continues}: the client waits for a word before it sends its body. */
        record Unfinished(boolean continues) implements Parsed {}

        /** @param length how many bytes it was */
        record Whole(HttpRequest request, int length) implements Parsed {}

        /** The connection cannot be used any longer. */
        record Bad(int status, String why) implements Parsed {}
    }

    private static final Parsed.Unfinished MORE = new Parsed.Unfinished(false);

    static Parsed parse(byte[] bytes, int length) {
        int start = 0;
        while (start + 1 < length && bytes[start] == '\r' && bytes[start + 1] == '\n') {
            start += 2; // RFC 9112, 2.2: an empty line before a request is skipped
        }
        int end = endOfHead(bytes, start, length);
        if (end < 0) {
            return length - start > MOST_HEAD ? new Parsed.Bad(431, "the head is longer than 8 KiB") : MORE;
        }
        if (end - start > MOST_HEAD) {
            return new Parsed.Bad(431, "the head is longer than 8 KiB");
        }
        String[] lines = new String(bytes, start, end - 4 - start, StandardCharsets.ISO_8859_1).split("\r\n", -1);
        String[] words = lines[0].split(" ", -1);
        if (words.length != 3 || !TOKEN.matcher(words[0]).matches() || !words[2].startsWith("HTTP/1.")) {
            return new Parsed.Bad(400, "not a request of HTTP/1.1");
        }
        if (lines.length - 1 > MOST_HEADERS) {
            return new Parsed.Bad(431, "more than " + MOST_HEADERS + " headers");
        }
        Map<String, String> headers = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 1 || !TOKEN.matcher(lines[i].substring(0, colon)).matches()) {
                return new Parsed.Bad(400, "a header without a name");
            }
            headers.merge(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip(),
                    (a, b) -> a + "," + b);
        }
        return body(words, headers, bytes, end, length);
    }

    private static Parsed body(String[] words, Map<String, String> headers, byte[] bytes, int end, int length) {
        if (headers.containsKey("transfer-encoding")) {
            return new Parsed.Bad(411, "say how long the body is");
        }
        String told = headers.getOrDefault("content-length", "0");
        if (!told.matches("[0-9]{1,9}")) {
            return new Parsed.Bad(400, "the length of the body is not a number");
        }
        int size = Integer.parseInt(told);
        if (size > MOST_BODY) {
            return new Parsed.Bad(413, "the body is longer than 16 KiB");
        }
        if (length - end < size) {
            return new Parsed.Unfinished(
                    length == end && "100-continue".equalsIgnoreCase(headers.getOrDefault("expect", "")));
        }
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        boolean keepAlive =
                words[2].equals("HTTP/1.0") ? connection.contains("keep-alive") : !connection.contains("close");
        try {
            HttpRequest request =
                    HttpRequest.of(words[0], words[1], headers, Arrays.copyOfRange(bytes, end, end + size), keepAlive);
            return new Parsed.Whole(request, end + size);
        } catch (IllegalArgumentException e) {
            return new Parsed.Bad(400, "the address is not readable");
        }
    }

    /** Behind the empty line, or -1. */
    private static int endOfHead(byte[] bytes, int start, int length) {
        for (int i = start + 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }
}
