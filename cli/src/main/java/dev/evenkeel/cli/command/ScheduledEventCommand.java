package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.EventStream;
import dev.evenkeel.cli.client.EventStream.Signal;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Structured;
import dev.evenkeel.cli.output.Table;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel scheduled-event …}. */
@Command(
        name = "scheduled-event",
        aliases = "scheduled-events",
        description = "Scheduled events: what VMs are told before they are touched.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {ScheduledEventCommand.Ls.class, ScheduledEventCommand.Approve.class})
final class ScheduledEventCommand {
    private static final Duration TICK = Duration.ofSeconds(5);

    private ScheduledEventCommand() {}

    private static String line(JsonNode change) {
        JsonNode event = change.path("event");
        return String.join(
                "  ",
                Json.textOr("?", change, "at"),
                Json.textOr("?", change, "type"),
                Json.textOr("?", event, "name"),
                Json.textOr("?", event, "kind"),
                "not before " + Json.textOr("?", event, "notBefore"),
                Json.textOr("?", event, "id"));
    }

    private static void tell(Session session, Signal signal) {
        switch (signal) {
            case Signal.Happened happened -> {
                session.out()
                        .print(
                                session.format().forPeople()
                                        ? line(happened.event()) + "\n"
                                        : Structured.printOneOfMany(happened.event(), session.format()));
                session.out().flush();
            }
            case Signal.Lost lost -> session.note("lost the connection (" + lost.why() + "); trying again");
            case Signal.Back back -> session.note("connected again");
            case Signal.Refused refused -> throw refused.why();
        }
    }

    @Command(
            name = "ls",
            aliases = "list",
            description = {
                "List what waits, and what has begun.",
                "With --watch, go on with what becomes of it, one line each; with -o json one change on each line."
            })
    static final class Ls extends Verb {
        @Option(names = "--vm", paramLabel = "VM", description = "Only this VM, by UUID.")
        @Nullable
        String vm;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "Only the VMs of this tenant.")
        @Nullable
        String tenant;

        @Option(
                names = {"-w", "--watch"},
                description = "Then go on with what becomes of them until interrupted.")
        boolean watch;

        @Mixin
        LimitOption limit = new LimitOption();

        @Override
        ExitCode run(Session session) throws InterruptedException {
            Query query = Query.NONE.with("vm", vm).with("tenant", tenant);
            if (!watch) {
                list(session, query);
                return ExitCode.OK;
            }
            try (EventStream changes = session.api().events(query, null, "scheduled-events", "stream")) {
                list(
                        session,
                        query); // the stream is open already: what changes meanwhile is told twice rather than not
                session.out().flush();
                while (true) {
                    changes.next(TICK).ifPresent(it -> ScheduledEventCommand.tell(session, it));
                }
            }
        }

        private void list(Session session, Query query) {
            Table<JsonNode> table = Table.of(
                    Column.of("EVENT", Fields.text("id")),
                    Column.of("VM", Fields.text("name")),
                    Column.of("TENANT", Fields.text("tenant")),
                    Column.of("KIND", Fields.text("kind")),
                    Column.state("STATUS", Fields.text("status")),
                    Column.of("NOT BEFORE", Fields.time("notBefore")),
                    Column.number("LASTS", Fields.millis("lastsMs")),
                    Column.of("APPROVED BY", Fields.text("approvedBy")),
                    Column.of("RUN", Fields.text("run")).wide(),
                    Column.of("WHAT", Fields.text("description")).wide());
            limit.list(session, query, table, "no scheduled events", "scheduled-events");
        }
    }

    @Command(name = "approve", description = "Let an event begin at once, as its VM can from inside.")
    static final class Approve extends Verb {
        @Parameters(paramLabel = "EVENT", description = "Its id.")
        String event = "";

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            JsonNode answer = session.api().order(why.body(), "scheduled-events", event, "approve");
            session.one(
                    answer,
                    it -> session.out()
                            .println("scheduled event " + Fields.text("id").apply(it) + " of VM "
                                    + Fields.text("name").apply(it) + " may begin"));
            return ExitCode.OK;
        }
    }
}
