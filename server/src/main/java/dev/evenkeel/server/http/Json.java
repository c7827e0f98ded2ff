package dev.evenkeel.server.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** Reads and writes the API's JSON. Reading is strict: what is not known is refused by name. */
public final class Json {
    /**
     * The one mapper of the house, and stricter: a number is no text and a text no number.
     */
    private static final JsonMapper MAPPER = dev.evenkeel.wire.Json.mapper()
            .rebuild()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, c -> {
                c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                c.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                c.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
            .build();

    private static final Pattern MISSING = Pattern.compile("Missing required creator property '([^']+)'");

    private Json() {}

    public static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    /**
     * Reads a body.
     *
     * @throws ProblemException naming the field that is unknown or wrong
     */
    public static <T> T read(byte[] body, Class<T> type) {
        return read(MAPPER, body, type);
    }

    /** Reads a body in the house's own form, with its rules for what may be left out: a manifest. */
    public static <T> T readPlain(byte[] body, Class<T> type) {
        return read(dev.evenkeel.wire.Json.mapper(), body, type);
    }

    /** The same in YAML. */
    public static <T> T readYaml(byte[] body, Class<T> type) {
        return read(dev.evenkeel.wire.Json.yaml(), body, type);
    }

    private static <T> T read(ObjectMapper mapper, byte[] body, Class<T> type) {
        try {
            return mapper.readValue(body, type);
        } catch (UnrecognizedPropertyException e) {
            List<?> known = e.getKnownPropertyIds() == null ? List.of() : List.copyOf(e.getKnownPropertyIds());
            throw Problem.invalid(
                    path(e),
                    e.getPropertyName(),
                    "leave it out; known here are "
                            + known.stream().map(String::valueOf).sorted().collect(Collectors.joining(", ")));
        } catch (InvalidFormatException e) {
            throw Problem.invalid(path(e), String.valueOf(e.getValue()), "give " + words(e.getTargetType()));
        } catch (MismatchedInputException e) {
            Matcher missing = MISSING.matcher(e.getOriginalMessage());
            if (missing.find()) {
                String at = path(e);
                String name = missing.group(1);
                boolean named = at.equals(name) || at.endsWith("." + name);
                throw Problem.invalid(
                        named ? at : at.equals("body") ? name : at + "." + name, "", "give it; it cannot be left out");
            }
            throw Problem.invalid(path(e), "", "give " + words(e.getTargetType()));
        } catch (StreamReadException e) {
            throw Problem.Kind.BAD_REQUEST.because("The body cannot be read: " + e.getOriginalMessage());
        } catch (DatabindException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw Problem.invalid(path(e), "", firstLine(cause));
        }
    }

    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            }
        }
        return path.isEmpty() ? "body" : path.toString();
    }

    private static String words(@Nullable Class<?> type) {
        if (type == null) {
            return "another kind of value";
        }
        if (type.isEnum()) {
            return "one of "
                    + java.util.Arrays.stream(type.getEnumConstants())
                            .map(String::valueOf)
                            .collect(Collectors.joining(", "));
        }
        return switch (type.getSimpleName()) {
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "boolean", "Boolean" -> "true or false";
            case "Instant" -> "a time such as 2026-11-22T12:05:00Z";
            case "String" -> "a text";
            default ->
                List.class.isAssignableFrom(type)
                        ? "a list"
                        : type.isRecord() && type.getRecordComponents().length > 1 ? "an object" : "a text";
        };
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
