package dev.evenkeel.cli.client;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Turns the server's problem details (RFC 9457) into failures that name the field, the value and the remedy. */
final class Problems {
    private Problems() {}

    static CommandFailed from(int status, String body) {
        JsonNode problem;
        try {
            problem = Json.parse(body);
        } catch (JacksonException e) {
            problem = Json.object();
        }
        String message = Json.textOr(
                Json.textOr("the server answered with status " + status, problem, "title"), problem, "detail");
        List<String> fields = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            fields.add("field " + Json.textOr("?", error, "field") + ": value " + value(error) + " → "
                    + Json.textOr("see the API's description", error, "remedy"));
        }
        if (problem.path("errors").size() > 0
                && repeats(message, problem.path("errors").path(0))) {
            message = Json.textOr(message, problem, "title");
        }
        if (fields.size() == 1) {
            message += " (" + fields.getFirst() + ")";
            fields = List.of();
        }
        if (status == 401) {
            fields =
                    List.of("name the file that holds a token with --token-file FILE, or sign in with: evenkeel login");
        }
        return new CommandFailed(code(status), message, fields);
    }

    /** Whether the sentence only says what the first wrong field's line will say. */
    private static boolean repeats(String message, JsonNode error) {
        String remedy = Json.text(error, "remedy");
        return remedy != null && message.contains(remedy);
    }

    private static String value(JsonNode error) {
        String value = Json.text(error, "value");
        return value == null ? "missing" : "\"" + value + "\"";
    }

    private static ExitCode code(int status) {
        return switch (status) {
            case 400, 405, 413, 415, 422 -> ExitCode.USAGE;
            case 401, 403 -> ExitCode.FORBIDDEN;
            case 404, 410 -> ExitCode.NOT_FOUND;
            case 409, 412 -> ExitCode.REFUSED;
            case 429, 502, 503, 504 -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
    }
}
