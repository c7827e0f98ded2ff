package dev.evenkeel.wire.tuf;

import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The one text of a JSON value that signatures are made over (OLPC's canonical JSON, as TUF's reference implementation uses it):
 * members sorted by their names, no white space, in strings only quotation mark and backslash escaped, numbers integers.
 */
final class CanonicalJson {
    private CanonicalJson() {}

    /** @throws IllegalArgumentException where the value has a number that is no integer */
    static byte[] of(JsonNode value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonNode value, StringBuilder text) {
        if (value.isObject()) {
            TreeMap<String, JsonNode> members = new TreeMap<>();
            value.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            String separator = "{";
            for (var member : members.entrySet()) {
                text.append(separator);
                write(member.getKey(), text);
                text.append(':');
                write(member.getValue(), text);
                separator = ",";
            }
            text.append(members.isEmpty() ? "{}" : "}");
        } else if (value.isArray()) {
            String separator = "[";
            for (JsonNode item : value) {
                text.append(separator);
                write(item, text);
                separator = ",";
            }
            text.append(value.isEmpty() ? "[]" : "]");
        } else if (value.isString()) {
            write(value.stringValue(), text);
        } else if (value.isIntegralNumber() || value.isBoolean() || value.isNull()) {
            text.append(value);
        } else {
            throw new IllegalArgumentException(value + " has no canonical form; numbers must be integers");
        }
    }

    private static void write(String string, StringBuilder text) {
        text.append('"')
                .append(string.replace("\\", "\\\\").replace("\"", "\\\""))
                .append('"');
    }
}
