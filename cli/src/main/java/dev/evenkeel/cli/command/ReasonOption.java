package dev.evenkeel.cli.command;

import dev.evenkeel.cli.client.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Why an order is given, for the people who read the story later. */
final class ReasonOption {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the people who read the story later.")
    @Nullable
    String reason;

    /** A body with the reason, if there is one. */
    ObjectNode body() {
        ObjectNode body = Json.object();
        if (reason != null) {
            body.put("reason", reason);
        }
        return body;
    }
}
