package dev.evenkeel.cli.client;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Trees of JSON: reading them, making them, and looking into them without stumbling over what is not there. */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /**
     * Reads one tree.
     *
     * @throws JacksonException when it is not JSON
     */
    public static JsonNode parse(String text) {
        return MAPPER.readTree(text);
    }

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** The text, number or truth value at the end of the path, or null when there is none. */
    public static @Nullable String text(JsonNode node, String... path) {
        JsonNode here = node;
        for (String step : path) {
            here = here.path(step);
        }
        return here.isValueNode() && !here.isNull() ? here.asString() : null;
    }

    /** As {@link #text}, with {@code otherwise} in place of nothing. */
    public static String textOr(String otherwise, JsonNode node, String... path) {
        String text = text(node, path);
        return text == null ? otherwise : text;
    }
}
