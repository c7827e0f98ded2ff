package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.Api.Reply;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** openapi.yaml, as far as tests ask it. */
final class OpenApi {
    static final JsonNode FILE = read();
    private static final Set<String> VERBS = Set.of("get", "head", "put", "post", "delete", "patch");

    private OpenApi() {}

    private static JsonNode read() {
        try (InputStream in = Objects.requireNonNull(OpenApi.class.getResourceAsStream("/openapi.yaml"))) {
            return Json.yaml().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** "GET /v1/hosts" and so on, each with its operation. */
    static Map<String, JsonNode> operations() {
        Map<String, JsonNode> operations = new LinkedHashMap<>();
        FILE.path("paths")
                .forEachEntry((path, item) -> item.forEachEntry((verb, operation) -> {
                    if (VERBS.contains(verb)) {
                        operations.put(verb.toUpperCase(java.util.Locale.ROOT) + " " + path, operation);
                    }
                }));
        return operations;
    }

    /** The names of an operation's query parameters. */
    static Set<String> query(JsonNode operation) {
        Set<String> names = new TreeSet<>();
        for (JsonNode parameter : operation.path("parameters")) {
            JsonNode resolved = resolve(parameter);
            if (resolved.path("in").asString().equals("query")) {
                names.add(resolved.path("name").asString());
            }
        }
        return names;
    }

    static JsonNode resolve(JsonNode node) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : FILE.at(reference.substring(1));
    }

    static JsonNode schema(String name) {
        return FILE.path("components").path("schemas").path(name);
    }

    /** Fails unless the reply is one that the description promises for this request. */
    static void check(String method, String path, Reply reply) {
        Optional<JsonNode> operation = operations().entrySet().stream()
                .filter(entry -> matches(entry.getKey(), method + " " + path))
                .map(Map.Entry::getValue)
                .findFirst();
        if (operation.isEmpty()) {
            assertThat(reply.status())
                    .as("%s %s is not described", method, path)
                    .isIn(404, 405);
            return;
        }
        JsonNode responses = operation.get().path("responses");
        JsonNode response = responses.path(Integer.toString(reply.status()));
        if (response.isMissingNode()) {
            response = resolve(responses.path("default"));
        }
        assertThat(response.isMissingNode())
                .as("%s %s answers %d, which is not described", method, path, reply.status())
                .isFalse();
        String type = reply.headers().getOrDefault("Content-Type", "").replaceAll(";.*", "");
        JsonNode schema = response.path("content").path(type).path("schema");
        if (type.endsWith("json") && reply.body().length > 0) {
            assertThat(schema.isMissingNode())
                    .as("%s %s answers %s, which is not described", method, path, type)
                    .isFalse();
            List<String> faults = new ArrayList<>();
            compare("", reply.json(), schema, faults);
            assertThat(faults).as("%s %s: %s", method, path, reply.text()).isEmpty();
        }
    }

    private static boolean matches(String described, String asked) {
        return asked.matches(described.replaceAll("\\{[^}]+}", "[^/]+"));
    }

    /** Objects have exactly the described fields; scalars one of the described types and values. */
    private static void compare(String at, JsonNode value, JsonNode raw, List<String> faults) {
        JsonNode schema = resolve(raw);
        if (schema.has("oneOf")) {
            JsonNode option = value.isNull()
                    ? schema.path("oneOf").path(1)
                    : schema.path("oneOf").path(0);
            compare(at, value, option, faults);
            return;
        }
        Set<String> types = types(schema);
        if (!types.isEmpty() && !types.contains(type(value)) && !(types.contains("number") && value.isNumber())) {
            faults.add(at + " is " + type(value) + ", described as " + types);
        }
        JsonNode allowed = schema.path("enum");
        if (allowed.isArray() && !contains(allowed, value)) {
            faults.add(at + " is " + value + ", described as one of " + allowed);
        }
        if (value.isArray()) {
            value.forEach(item -> compare(at + "[]", item, schema.path("items"), faults));
        }
        if (value.isObject() && schema.has("properties")) {
            Set<String> described = new TreeSet<>(schema.path("properties").propertyNames());
            Set<String> found = new TreeSet<>(value.propertyNames());
            if (!described.equals(found)) {
                faults.add(at + " has the fields " + found + ", described are " + described);
            }
            value.forEachEntry((name, field) ->
                    compare(at + "." + name, field, schema.path("properties").path(name), faults));
        }
    }

    private static boolean contains(JsonNode allowed, JsonNode value) {
        for (JsonNode one : allowed) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> types(JsonNode schema) {
        Set<String> types = new TreeSet<>();
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            type.forEach(t -> types.add(t.isNull() ? "null" : t.asString()));
        } else if (!type.isMissingNode()) {
            types.add(type.isNull() ? "null" : type.asString());
        }
        return types;
    }

    private static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> "null";
        };
    }
}
