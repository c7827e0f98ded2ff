package dev.evenkeel.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The server's openapi.yaml, as far as it is needed to tell whether a request or an answer keeps to it. */
final class ApiDescription {
    private static final JsonNode ROOT =
            new YAMLMapper().readTree(Path.of("../server/src/main/resources/openapi.yaml"));

    private ApiDescription() {}

    /** One method on one path, with what it takes and gives. */
    record Operation(String path, JsonNode node) {
        String id() {
            return node.path("operationId").asString();
        }

        /** What is wrong with the query's and header's names, and with the body. */
        List<String> wrongInRequest(Set<String> query, @Nullable JsonNode body) {
            List<String> wrong = new ArrayList<>();
            Set<String> known = new TreeSet<>();
            for (JsonNode parameter : node.path("parameters")) {
                JsonNode it = resolve(parameter);
                if (it.path("in").asString().equals("query")) {
                    known.add(it.path("name").asString());
                }
            }
            query.stream().filter(name -> !known.contains(name)).forEach(name -> wrong.add("no parameter " + name));
            JsonNode declared = resolve(node.path("requestBody"));
            if (body == null) {
                if (declared.path("required").asBoolean(false)) {
                    wrong.add("the body is missing");
                }
            } else if (declared.isMissingNode()) {
                wrong.add("no body is taken");
            } else {
                check(declared.path("content").path("application/json").path("schema"), body, "body", wrong);
            }
            return wrong;
        }

        /** What is wrong with an answer of this status. */
        List<String> wrongInAnswer(int status, JsonNode body) {
            JsonNode responses = node.path("responses");
            JsonNode declared = resolve(
                    responses.has(Integer.toString(status))
                            ? responses.path(Integer.toString(status))
                            : responses.path("default"));
            List<String> wrong = new ArrayList<>();
            JsonNode content = declared.path("content");
            for (JsonNode type : content) {
                check(type.path("schema"), body, "answer", wrong);
            }
            return content.isEmpty() ? List.of("status " + status + " is not described") : wrong;
        }
    }

    /** The operation behind a method and a raw path, or null. */
    static @Nullable Operation operation(String method, String path) {
        for (Map.Entry<String, JsonNode> described : ROOT.path("paths").properties()) {
            String pattern = described.getKey().replaceAll("\\{[^}]+}", "[^/]+");
            JsonNode operation = described.getValue().path(method.toLowerCase(java.util.Locale.ROOT));
            if (path.matches(pattern) && operation.isObject()) {
                return new Operation(described.getKey(), operation);
            }
        }
        return null;
    }

    /** What is wrong with an event, which has no answer of its own. */
    static List<String> wrongInEvent(JsonNode event) {
        List<String> wrong = new ArrayList<>();
        check(ROOT.path("components").path("schemas").path("Event"), event, "event", wrong);
        return wrong;
    }

    private static void check(JsonNode declared, JsonNode value, String at, List<String> wrong) {
        JsonNode schema = resolve(declared);
        if (schema.has("oneOf")) {
            List<String> best = List.of("nothing to choose from");
            for (JsonNode option : schema.path("oneOf")) {
                List<String> these = new ArrayList<>();
                check(option, value, at, these);
                if (these.isEmpty()) {
                    return;
                }
                best = these;
            }
            wrong.addAll(best);
            return;
        }
        if (!typeFits(schema.path("type"), value)) {
            wrong.add(at + " is " + value + ", not " + schema.path("type"));
            return;
        }
        if (schema.has("enum") && !value.isNull() && !contains(schema.path("enum"), value)) {
            wrong.add(at + " is " + value + ", not one of " + schema.path("enum"));
        }
        for (JsonNode name : schema.path("required")) {
            if (value.isObject() && !value.has(name.asString())) {
                wrong.add(at + " lacks " + name.asString());
            }
        }
        JsonNode properties = schema.path("properties");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            if (properties.has(field.getKey())) {
                check(properties.path(field.getKey()), field.getValue(), at + "." + field.getKey(), wrong);
            } else if (!properties.isEmpty()) {
                wrong.add(at + " has " + field.getKey() + ", which is not described");
            }
        }
        if (value.isArray()) {
            value.forEach(item -> check(schema.path("items"), item, at + "[]", wrong));
        }
    }

    private static boolean typeFits(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode option : type) {
                if (typeFits(option, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asString("")) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> true;
        };
    }

    private static boolean contains(JsonNode options, JsonNode value) {
        for (JsonNode option : options) {
            if (option.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode resolve(JsonNode node) {
        JsonNode here = node;
        while (here.has("$ref")) {
            here = ROOT.at(here.path("$ref").asString().substring(1));
        }
        return here;
    }
}
