package dev.evenkeel.agent.metadata;

import dev.evenkeel.wire.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer; connection and length are added when it is sent. */
record HttpAnswer(int status, Map<String, String> headers, byte[] body) {
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(304, "Not Modified"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(411, "Length Required"),
            Map.entry(413, "Content Too Large"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"));

    static HttpAnswer text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", text);
    }

    static HttpAnswer json(int status, Object value) {
        return new HttpAnswer(
                status,
                Map.of("Content-Type", "application/json; charset=utf-8"),
                Json.mapper().writeValueAsBytes(value));
    }

    static HttpAnswer of(int status, String type, String text) {
        return new HttpAnswer(status, Map.of("Content-Type", type), text.getBytes(StandardCharsets.UTF_8));
    }

    static HttpAnswer empty(int status) {
        return new HttpAnswer(status, Map.of(), new byte[0]);
    }

    HttpAnswer with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new HttpAnswer(status, all, body);
    }

    /**
     * As it goes over the wire.
     *
     * @param close said to the client, and to be done after it
     */
    byte[] bytes(boolean close, boolean withBody) {
        StringBuilder head = new StringBuilder(160)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(REASONS.getOrDefault(status, "Answer"))
                .append("\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        if (status != 304) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("Connection: ").append(close ? "close" : "keep-alive").append("\r\n\r\n");
        ByteArrayOutputStream all = new ByteArrayOutputStream(head.length() + body.length);
        all.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        if (withBody && status != 304) {
            all.writeBytes(body);
        }
        return all.toByteArray();
    }
}
