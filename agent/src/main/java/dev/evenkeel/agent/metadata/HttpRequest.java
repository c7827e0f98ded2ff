package dev.evenkeel.agent.metadata;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A request that arrived whole.
 *
 * @param path without the query, as sent but for slashes at its end and several in a row, as a client of Amazon's sends them
 * @param query parameters; of one that is named twice the first counts
 * @param headers by lower-case name; those that came twice are joined with commas
 */
record HttpRequest(
        String method,
        String path,
        Map<String, String> query,
        Map<String, String> headers,
        byte[] body,
        boolean keepAlive) {
    private static final Pattern SLASHES = Pattern.compile("//+");

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name));
    }

    boolean isGet() {
        return method.equals("GET");
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException when the target cannot be read */
    static HttpRequest of(String method, String target, Map<String, String> headers, byte[] body, boolean keepAlive) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        if (path.contains("//")) {
            path = SLASHES.matcher(path).replaceAll("/");
        }
        while (path.length() > 1 && path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        Map<String, String> query = new HashMap<>();
        if (mark >= 0) {
            for (String part : target.substring(mark + 1).split("&", -1)) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? part : part.substring(0, equals);
                String value = equals < 0 ? "" : part.substring(equals + 1);
                query.putIfAbsent(
                        URLDecoder.decode(name, StandardCharsets.UTF_8),
                        URLDecoder.decode(value, StandardCharsets.UTF_8));
            }
        }
        return new HttpRequest(method, path, query, headers, body, keepAlive);
    }
}
