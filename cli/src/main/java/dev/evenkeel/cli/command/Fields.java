package dev.evenkeel.cli.command;

import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.output.Human;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Cells of tables, read out of the API's answers; what is not there is empty. */
final class Fields {
    private Fields() {}

    static Function<JsonNode, String> text(String... path) {
        return node -> Json.textOr("", node, path);
    }

    /** A point in time, to the second. */
    static Function<JsonNode, String> time(String... path) {
        return node -> {
            String at = Json.text(node, path);
            return at == null
                    ? ""
                    : Instant.parse(at).truncatedTo(ChronoUnit.SECONDS).toString();
        };
    }

    /** How a run or rollout stands: its outcome once it has ended, its state before. */
    static Function<JsonNode, String> standing() {
        return Session::standing;
    }

    /** An object of texts, as {@code env=prod,team=web}. */
    static Function<JsonNode, String> pairs(String field) {
        return node -> node.path(field).properties().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue().asString())
                .collect(Collectors.joining(","));
    }

    /** A number of bytes. */
    static Function<JsonNode, String> size(String... path) {
        return node -> {
            String bytes = Json.text(node, path);
            return bytes == null ? "" : Human.size(Long.parseLong(bytes));
        };
    }

    /** A number of milliseconds. */
    static Function<JsonNode, String> millis(String... path) {
        return node -> length(Json.text(node, path));
    }

    private static String length(@Nullable String millis) {
        return millis == null ? "" : Human.length(Duration.ofMillis(Long.parseLong(millis)));
    }

    /** How long ago a time was. */
    static Function<JsonNode, String> age(Session session, String... path) {
        return node -> session.ago(Json.text(node, path));
    }

    static Function<JsonNode, String> yesNo(String... path) {
        return node -> switch (Json.textOr("", node, path)) {
            case "true" -> "yes";
            case "false" -> "no";
            default -> "";
        };
    }

    /** A forecast and what was measured, side by side, as {@code 20 ms → 24 ms}. */
    static Function<JsonNode, String> forecastAndMeasured(String forecast, String measured) {
        return node -> {
            String expected = length(Json.text(node, forecast));
            String found = length(Json.text(node, measured));
            return found.isEmpty() ? expected : (expected.isEmpty() ? "?" : expected) + " → " + found;
        };
    }
}
