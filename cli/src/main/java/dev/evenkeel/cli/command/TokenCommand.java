package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel token …}. */
@Command(
        name = "token",
        aliases = "tokens",
        description = "Tokens with which people and programs call the API.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {TokenCommand.Ls.class, TokenCommand.Create.class, TokenCommand.Revoke.class})
final class TokenCommand {
    private TokenCommand() {}

    private static final Table<JsonNode> TABLE = Table.of(
            Column.of("ID", Fields.text("id")),
            Column.of("NAME", Fields.text("name")),
            Column.of("ROLE", Fields.text("role")),
            Column.of("TENANTS", TokenCommand::tenants),
            Column.of("EXPIRES", Fields.text("expiresAt")),
            Column.of("MADE BY", Fields.text("createdBy")).wide(),
            Column.of("MADE", Fields.text("createdAt")).wide());

    static String tenants(JsonNode thing) {
        StringJoiner names = new StringJoiner(",");
        thing.path("tenants").forEach(name -> names.add(name.asString("")));
        return names.toString();
    }

    @Command(name = "ls", aliases = "list", description = "List the tokens that are good; never their secrets.")
    static final class Ls extends Verb {
        @Override
        ExitCode run(Session session) {
            session.list(session.api().list(Query.NONE, "tokens").all(), TABLE, "no tokens");
            return ExitCode.OK;
        }
    }

    @Command(name = "create", description = "Make a token; standard output is the token alone.")
    static final class Create extends Verb {
        @Option(
                names = "--name",
                paramLabel = "NAME",
                required = true,
                description = "Whose it is: in the audit trail and in what is ordered with it.")
        String name = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                required = true,
                description = "operator, auditor, viewer, observer or tenant.")
        String role = "";

        @Option(
                names = "--tenant",
                paramLabel = "TENANT",
                description = "For the role tenant: whose VMs it is for; may be repeated.")
        List<String> tenants = List.of();

        @Option(
                names = "--ttl",
                paramLabel = "TIME",
                converter = Durations.class,
                description = "How long it is good, at most 366d (default 90d).")
        @Nullable
        Duration ttl;

        @Override
        ExitCode run(Session session) {
            ObjectNode body = Json.object().put("name", name).put("role", role);
            if (!tenants.isEmpty()) {
                ArrayNode names = body.putArray("tenants");
                tenants.forEach(names::add);
            }
            if (ttl != null) {
                body.put("ttl", ttl.toString());
            }
            JsonNode token = session.api().order(body, "tokens");
            session.one(token, it -> {
                session.out().println(Json.textOr("", it, "token"));
                session.note("token " + Json.textOr("?", it, "id") + ", good until " + Json.textOr("?", it, "expiresAt")
                        + "; it is not shown again");
            });
            return ExitCode.OK;
        }
    }

    @Command(name = "revoke", description = "End a token: whoever has it is nobody from now on.")
    static final class Revoke extends Verb {
        @Parameters(paramLabel = "ID", description = "Of the token; see: evenkeel token ls.")
        String id = "";

        @Override
        ExitCode run(Session session) {
            session.one(
                    session.api().remove("tokens", id),
                    it -> session.note(
                            "ended: token " + Json.textOr("?", it, "id") + " of " + Json.textOr("?", it, "name")));
            return ExitCode.OK;
        }
    }
}
