package dev.evenkeel.cli.command;

import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Pages;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Table;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How much of a list that only grows is shown. */
final class LimitOption {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "Show at most so many, the newest (default: ${DEFAULT-VALUE}).")
    int limit = 100;

    /** Prints the first so many of a list, and says so when there are more. */
    void list(Session session, Query query, Table<JsonNode> table, String nothing, String... steps) {
        Pages.Items newest = session.api().list(query, steps).first(Math.max(1, limit));
        session.list(newest.items(), table, nothing);
        if (newest.more()) {
            session.note("there are more; see them with --limit N");
        }
    }
}
