package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel run …}. */
@Command(
        name = "run",
        aliases = "runs",
        description = "Host runs: the journey of one host through one rollout.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {RunCommand.Ls.class, RunCommand.Show.class, RunCommand.Cancel.class, RunCommand.Resolve.class})
final class RunCommand {
    private RunCommand() {}

    @Command(name = "ls", aliases = "list", description = "List the host runs, newest first.")
    static final class Ls extends Verb {
        @Option(names = "--rollout", paramLabel = "ROLLOUT", description = "Only those of this rollout.")
        @Nullable
        String rollout;

        @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host.")
        @Nullable
        String host;

        @Option(names = "--active", description = "Only those that have not ended.")
        boolean active;

        @Mixin
        LimitOption limit = new LimitOption();

        @Override
        ExitCode run(Session session) {
            Table<JsonNode> table = Table.of(
                    Column.of("RUN", Fields.text("id")),
                    Column.of("HOST", Fields.text("host")),
                    Column.of("PURPOSE", Fields.text("purpose")),
                    Column.state("STATE", Fields.standing()),
                    Column.number("MOVED", Fields.text("vmsMoved")),
                    Column.of("SINCE", Fields.age(session, "since")),
                    Column.of("AGE", Fields.age(session, "orderedAt")),
                    Column.of("WHY", run -> Session.why(run.path("why"))),
                    Column.of("METHOD", Fields.text("method")).wide(),
                    Column.of("ROLLOUT", Fields.text("rollout")).wide(),
                    Column.of("UPDATE", Fields.text("update")).wide());
            Query query = Query.NONE.with("rollout", rollout).with("host", host).with("active", active ? true : null);
            limit.list(session, query, table, "no runs", "runs");
            return ExitCode.OK;
        }
    }

    @Command(name = "show", description = "Show the story of one host run, with times.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "RUN", description = "Its id, or 4 or more characters of it that no other has.")
        String run = "";

        @Override
        ExitCode run(Session session) {
            JsonNode found = Finder.find(session, "runs", run);
            session.one(found, it -> new RunStory(session).print(it));
            return ExitCode.OK;
        }
    }

    @Command(name = "cancel", description = "End a run as early as is safe; the host is left usable.")
    static final class Cancel extends Verb {
        @Parameters(paramLabel = "RUN", description = "Its id, or 4 or more characters of it that no other has.")
        String run = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            return order(session, run, "cancel", why.body());
        }
    }

    /** How a person may say that a run ended. */
    enum Ending {
        DONE,
        UNDONE,
        CANCELLED,
        FAILED
    }

    @Command(
            name = "resolve",
            description = {
                "Close a run that waits for a person, as that person saw it end. Look at the host and its VMs first:",
                "a run whose agent can answer again goes on by itself and needs no resolving. Refused while an order",
                "of the run is under way at an agent that answers."
            })
    static final class Resolve extends Verb {
        @Parameters(paramLabel = "RUN", description = "Its id, or 4 or more characters of it that no other has.")
        String run = "";

        @Option(
                names = "--as",
                required = true,
                paramLabel = "ENDING",
                description = "How it ended: ${COMPLETION-CANDIDATES}.")
        Ending as = Ending.FAILED;

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "What was seen; kept in the story.")
        String reason = "";

        @Override
        ExitCode run(Session session) {
            ObjectNode body = Json.object();
            body.put("as", as.name());
            body.put("reason", reason);
            return order(session, run, "resolve", body);
        }
    }

    private static ExitCode order(Session session, String named, String order, ObjectNode body) {
        String id = Finder.id(Finder.find(session, "runs", named));
        JsonNode answer = session.api().order(body, "runs", id, order);
        session.one(
                answer,
                it -> session.out().println("run " + id + ": " + session.paint().state(Session.standing(it))));
        return ExitCode.OK;
    }
}
