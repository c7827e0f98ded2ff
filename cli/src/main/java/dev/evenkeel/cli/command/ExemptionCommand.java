package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel exemption …}. */
@Command(
        name = "exemption",
        aliases = "exemptions",
        description = "VMs that are kept from maintenance that they would feel, until a time and for a reason.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {ExemptionCommand.Create.class, ExemptionCommand.Ls.class, ExemptionCommand.Delete.class})
final class ExemptionCommand {
    private static final String EXEMPTIONS = "exemptions";

    private ExemptionCommand() {}

    private static String from(JsonNode exemption) {
        String update = Json.text(exemption, "update");
        return update == null ? "all maintenance" : update;
    }

    /** Whom it is for, in words. */
    static String whom(JsonNode exemption) {
        String vm = Json.text(exemption, "vm");
        return vm == null ? "all of tenant " + Json.textOr("?", exemption, "tenant") : vm;
    }

    @Command(
            name = "create",
            description = {
                "Keep one VM, or all of a tenant, from maintenance that they would feel.",
                "Hot patches go on. What is under way for a VM just now is not broken off."
            })
    static final class Create extends Verb {
        @ArgGroup(exclusive = true, multiplicity = "1")
        Whom whom = new Whom();

        @ArgGroup(exclusive = true, multiplicity = "1")
        End end = new End();

        @Option(names = "--update", paramLabel = "UPDATE", description = "Only from this update (default: from all).")
        @Nullable
        String update;

        @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why; the VMs' owners read it.")
        String reason = "";

        /** Who is kept from it. */
        static final class Whom {
            @Option(names = "--vm", paramLabel = "VM", description = "This VM, by UUID or name.")
            @Nullable
            String vm;

            @Option(names = "--tenant", paramLabel = "TENANT", description = "All VMs of this tenant.")
            @Nullable
            String tenant;
        }

        /** When it ends. */
        static final class End {
            @Option(
                    names = "--until",
                    paramLabel = "TIME",
                    converter = VmMaintenance.Times.class,
                    description = "When it ends by itself, such as 2026-12-01T03:00:00Z; at most 90 days ahead.")
            @Nullable
            Instant until;

            @Option(
                    names = "--for",
                    paramLabel = "LENGTH",
                    converter = Durations.class,
                    description = "For so long from now, such as 12h or 14d.")
            @Nullable
            Duration length;

            private Instant instant() {
                Duration after = length == null ? Duration.ZERO : length;
                return until == null ? Instant.now().plus(after).truncatedTo(ChronoUnit.SECONDS) : until;
            }
        }

        @Override
        ExitCode run(Session session) {
            ObjectNode body =
                    Json.object().put("until", end.instant().toString()).put("reason", reason);
            if (whom.vm != null) {
                body.put("vm", whom.vm);
            }
            if (whom.tenant != null) {
                body.put("tenant", whom.tenant);
            }
            if (update != null) {
                body.put("update", update);
            }
            session.one(session.api().order(body, EXEMPTIONS), it -> {
                session.field("exemption", Json.text(it, "id"));
                session.field("of", whom(it));
                session.field("from", from(it));
                session.field("until", Json.text(it, "until"));
                session.field("reason", Json.text(it, "reason"));
            });
            return ExitCode.OK;
        }
    }

    @Command(name = "ls", aliases = "list", description = "List the exemptions that hold.")
    static final class Ls extends Verb {
        @Option(names = "--vm", paramLabel = "VM", description = "Only those of this VM alone, by UUID.")
        @Nullable
        String vm;

        @Option(names = "--tenant", paramLabel = "TENANT", description = "Only those of all VMs of this tenant.")
        @Nullable
        String tenant;

        @Override
        ExitCode run(Session session) {
            Table<JsonNode> table = Table.of(
                    Column.of("EXEMPTION", Fields.text("id")),
                    Column.of("OF", ExemptionCommand::whom),
                    Column.of("FROM", ExemptionCommand::from),
                    Column.of("UNTIL", Fields.time("until")),
                    Column.of("REASON", Fields.text("reason")),
                    Column.of("MADE BY", Fields.text("by")).wide(),
                    Column.of("MADE", Fields.time("from")).wide());
            Query query = Query.NONE.with("vm", vm).with("tenant", tenant);
            session.list(session.api().list(query, EXEMPTIONS).all(), table, "nobody is exempt");
            return ExitCode.OK;
        }
    }

    @Command(name = "delete", description = "End an exemption before its time.")
    static final class Delete extends Verb {
        @Parameters(paramLabel = "EXEMPTION", description = "Its id; see: evenkeel exemption ls.")
        String exemption = "";

        @Override
        ExitCode run(Session session) {
            JsonNode gone = session.api().remove(EXEMPTIONS, exemption);
            session.one(
                    gone,
                    it -> session.out()
                            .println("exemption " + Json.textOr("?", it, "id") + " deleted; " + whom(it)
                                    + " can be touched again"));
            return ExitCode.OK;
        }
    }
}
