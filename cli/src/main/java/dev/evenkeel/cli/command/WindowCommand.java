package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel window …}. */
@Command(
        name = "window",
        aliases = "windows",
        description = "Maintenance configurations: when owners let their VMs and hosts be touched.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            WindowCreate.class,
            WindowCommand.Ls.class,
            WindowCommand.Show.class,
            WindowCommand.Delete.class,
            WindowAssign.Assign.class,
            WindowAssign.Unassign.class,
            WindowPreview.class
        })
final class WindowCommand {
    static final String WINDOWS = "windows";

    private WindowCommand() {}

    private static Table<JsonNode> table() {
        return Table.of(
                Column.of("WINDOW", Fields.text("name")),
                Column.of("TENANT", Fields.text("tenant")),
                Column.of("RECURS", Fields.text("recurEvery")),
                Column.of("AT", WindowCommand::timeOfDay),
                Column.of("FOR", Fields.text("duration")),
                Column.of("TIME ZONE", Fields.text("timeZone")),
                Column.of("OPEN", Fields.yesNo("open")),
                Column.of("NEXT", Fields.text("nextOpensAt")),
                Column.number(
                        "ASSIGNED",
                        window -> Integer.toString(window.path("assignments").size())),
                Column.of("START", Fields.text("startDateTime")).wide(),
                Column.of("EXPIRES", Fields.text("expirationDateTime")).wide(),
                Column.of("RARE", Fields.yesNo("rare")).wide(),
                Column.of("ID", Fields.text("id")).wide());
    }

    private static String timeOfDay(JsonNode window) {
        String start = Json.textOr("", window, "startDateTime");
        return start.substring(start.indexOf(' ') + 1);
    }

    /** What an assignment is to, in words. */
    static String target(JsonNode assignment) {
        String vm = Json.text(assignment, "vm");
        String host = Json.text(assignment, "host");
        if (vm != null) {
            return "VM " + vm;
        }
        if (host != null) {
            return "host " + host;
        }
        List<String> parts = new ArrayList<>();
        JsonNode filter = assignment.path("filter");
        filter.propertyNames().forEach(part -> {
            String said =
                    filter.path(part).isObject() ? Fields.pairs(part).apply(filter) : Json.textOr("", filter, part);
            if (!said.isEmpty()) {
                parts.add(part + " " + said);
            }
        });
        return parts.isEmpty() ? "a host" : "VMs with " + String.join(", ", parts);
    }

    /** Prints a window for people. */
    static void words(Session session, JsonNode window) {
        session.field("window", Json.text(window, "name"));
        session.field("id", Json.text(window, "id"));
        session.field("tenant", Json.textOr("- (the region's)", window, "tenant"));
        session.field("recurs every", Json.text(window, "recurEvery"));
        session.field("from", Json.text(window, "startDateTime"));
        session.field("until", Json.text(window, "expirationDateTime"));
        session.field("lasts", Json.text(window, "duration"));
        session.field("time zone", Json.text(window, "timeZone"));
        session.field("open until", Json.text(window, "closesAt"));
        session.field("next opens", Json.textOr("never again", window, "nextOpensAt"));
        window.path("assignments").forEach(one -> session.field("assigned to", target(one)));
        if (window.path("rare").asBoolean(false)) {
            session.note("more than 35 days pass between openings: updates will be forced outside of them");
        }
    }

    @Command(name = "ls", aliases = "list", description = "List the windows, by name.")
    static final class Ls extends Verb {
        @Option(names = "--tenant", paramLabel = "TENANT", description = "Only those of this tenant.")
        @Nullable
        String tenant;

        @Override
        ExitCode run(Session session) {
            Query query = Query.NONE.with("tenant", tenant);
            session.list(session.api().list(query, WINDOWS).all(), table(), "no windows");
            return ExitCode.OK;
        }
    }

    @Command(name = "show", description = "Show one window and what it is assigned to.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "WINDOW", description = "Name or id.")
        String window = "";

        @Override
        ExitCode run(Session session) {
            session.one(session.api().get(Query.NONE, WINDOWS, window), it -> words(session, it));
            return ExitCode.OK;
        }
    }

    @Command(name = "delete", description = "Forget a window that is assigned to nothing.")
    static final class Delete extends Verb {
        @Parameters(paramLabel = "WINDOW", description = "Name or id.")
        String window = "";

        @Override
        ExitCode run(Session session) {
            JsonNode gone = session.api().remove(WINDOWS, window);
            session.one(gone, it -> session.out().println("window " + Json.textOr("?", it, "name") + " deleted"));
            return ExitCode.OK;
        }
    }
}
