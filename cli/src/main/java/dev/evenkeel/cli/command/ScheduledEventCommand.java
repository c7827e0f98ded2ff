package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
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
    private ScheduledEventCommand() {}

    @Command(name = "ls", aliases = "list", description = "List what waits, and what has begun.")
    static final class Ls extends Verb {
        @Option(names = "--vm", paramLabel = "VM", description = "Only this VM, by UUID.")
        @Nullable
        String vm;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "Only the VMs of this tenant.")
        @Nullable
        String tenant;

        @Mixin
        LimitOption limit = new LimitOption();

        @Override
        ExitCode run(Session session) {
            Table<JsonNode> table = Table.of(
                    Column.of("EVENT", Fields.text("id")),
                    Column.of("VM", Fields.text("name")),
                    Column.of("TENANT", Fields.text("tenant")),
                    Column.of("KIND", Fields.text("kind")),
                    Column.state("STATUS", Fields.text("status")),
                    Column.of("NOT BEFORE", Fields.text("notBefore")),
                    Column.number("LASTS", Fields.millis("lastsMs")),
                    Column.of("APPROVED BY", Fields.text("approvedBy")),
                    Column.of("RUN", Fields.text("run")).wide(),
                    Column.of("WHAT", Fields.text("description")).wide());
            Query query = Query.NONE.with("vm", vm).with("tenant", tenant);
            limit.list(session, query, table, "no scheduled events", "scheduled-events");
            return ExitCode.OK;
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
