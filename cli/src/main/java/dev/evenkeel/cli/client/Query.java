package dev.evenkeel.cli.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The part of an address after the question mark; what has no value is left out. */
public record Query(Map<String, String> values) {
    public static final Query NONE = new Query(Map.of());

    public Query {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** This and one more; the same when {@code value} is null. */
    public Query with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(values);
        more.put(name, value.toString());
        return new Query(more);
    }

    /** As it stands in an address, the question mark included, or nothing when empty. */
    @Override
    public String toString() {
        return values.isEmpty()
                ? ""
                : values.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    /** One step of a path or one value, with everything escaped that would end it. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
