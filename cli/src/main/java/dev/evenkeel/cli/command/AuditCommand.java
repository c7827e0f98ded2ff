package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel audit …}. */
@Command(
        name = "audit",
        description = "The audit trail: every order, who gave it and why.",
        synopsisSubcommandLabel = "VERB",
        subcommands = AuditCommand.Ls.class)
final class AuditCommand {
    private AuditCommand() {}

    private static final Table<JsonNode> TABLE = Table.of(
            Column.number("NO", Fields.text("sequence")),
            Column.of("AT", Fields.text("at")),
            Column.of("WHO", Fields.text("actor")),
            Column.of("ORDER", Fields.text("action")),
            Column.of("ON", Fields.text("subject")),
            Column.of("WHY", Fields.text("why")),
            Column.of("CALLER", Fields.text("detail", "caller")).wide(),
            Column.of("ROLE", Fields.text("detail", "role")).wide(),
            Column.of("HASH", Fields.text("hash")).wide());

    @Command(name = "ls", aliases = "list", description = "List the orders, oldest first.")
    static final class Ls extends Verb {
        @Override
        ExitCode run(Session session) {
            session.list(session.api().list(Query.NONE, "audit").all(), TABLE, "no orders yet");
            return ExitCode.OK;
        }
    }
}
