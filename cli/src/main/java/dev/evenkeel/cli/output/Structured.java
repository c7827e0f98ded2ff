package dev.evenkeel.cli.output;

import java.util.List;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Answers for programs: JSON and YAML, field by field as the server sent them. */
public final class Structured {
    private Structured() {}

    /** As indented JSON or as YAML, with a line end. */
    public static String print(JsonNode tree, Format format) {
        return format == Format.yaml ? yaml().writeValueAsString(tree) : json().writeValueAsString(tree) + "\n";
    }

    /** One of many that follow each other: a line of JSON, or a YAML document with its start marker. */
    public static String printOneOfMany(JsonNode tree, Format format) {
        return format == Format.yaml ? "---\n" + yaml().writeValueAsString(tree) : tree + "\n";
    }

    /** A list in the shape that the API gives its pages. */
    public static JsonNode list(List<JsonNode> items) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        array.addAll(items);
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.set("items", array);
        list.putNull("next");
        return list;
    }

    private static ObjectWriter json() {
        DefaultIndenter indent = new DefaultIndenter("  ", "\n");
        Separators colonThenBlank =
                Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER);
        return JsonMapper.shared()
                .writer()
                .with(new DefaultPrettyPrinter(colonThenBlank)
                        .withArrayIndenter(indent)
                        .withObjectIndenter(indent));
    }

    private static YAMLMapper yaml() {
        return YAMLMapper.builder()
                .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
                .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
                .build();
    }
}
