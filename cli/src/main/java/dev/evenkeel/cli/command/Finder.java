package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Pages;
import dev.evenkeel.cli.client.Query;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Finds what a person names: by id, else by name, and for things with long ids by a part of it. */
final class Finder {
    private static final Set<String> LONG_IDS = Set.of("rollouts", "runs");
    private static final int SHORTEST = 4;
    private static final int NEWEST = 1000;

    private Finder() {}

    /**
     * @param collection as in the API's paths, such as {@code hosts}
     * @throws CommandFailed with {@link ExitCode#NOT_FOUND}, or {@link ExitCode#USAGE} when several fit
     */
    static JsonNode find(Session session, String collection, String named) {
        try {
            return session.api().get(Query.NONE, collection, named);
        } catch (CommandFailed e) {
            if (e.code() != ExitCode.NOT_FOUND) {
                throw e;
            }
            Pages pages = session.api().list(Query.NONE, collection);
            if (!LONG_IDS.contains(collection)) {
                return pages.find(item -> named.equals(Json.text(item, "name")))
                        .orElseThrow(() -> missing(collection, named));
            }
            List<JsonNode> fitting = named.length() < SHORTEST
                    ? List.of()
                    : pages.first(NEWEST).items().stream()
                            .filter(item -> id(item).contains(named))
                            .toList();
            return switch (fitting.size()) {
                case 0 -> throw missing(collection, named);
                case 1 -> fitting.getFirst();
                default ->
                    throw new CommandFailed(
                            ExitCode.USAGE,
                            "\"" + named + "\" is a part of several ids; give more of it",
                            fitting.stream().map(Finder::id).toList());
            };
        }
    }

    private static CommandFailed missing(String collection, String named) {
        String noun = collection.substring(0, collection.length() - 1);
        return new CommandFailed(
                ExitCode.NOT_FOUND, "there is no " + noun + " \"" + named + "\"; see: evenkeel " + noun + " ls");
    }

    static String id(JsonNode thing) {
        return Json.textOr("", thing, "id");
    }
}
