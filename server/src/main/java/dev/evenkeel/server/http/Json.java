package dev.evenkeel.server.http;

import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the API's JSON. Reading is strict: what is not known is refused by name. */
public final class Json {
    /** The one mapper of the house, and stricter: a number is no text and a text no number. */
    private static final JsonMapper MAPPER = dev.evenkeel.wire.Json.mapper()
            .rebuild()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

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

    /** Reads a body in YAML, where a number may well be a text. */
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
        } catch (StreamReadException e) {
            throw Problem.Kind.BAD_REQUEST.because("The body cannot be read: " + e.getOriginalMessage());
        } catch (DatabindException e) {
            throw Problem.invalid(path(e), "", firstSentence(e));
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

    private static String words(Class<?> type) {
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
            default -> "a value of another kind";
        };
    }

    private static String firstSentence(DatabindException e) {
        String message = e.getOriginalMessage();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
