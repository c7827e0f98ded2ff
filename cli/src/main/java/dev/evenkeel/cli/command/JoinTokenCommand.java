package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel join-token …}. */
@Command(
        name = "join-token",
        description = "Tokens with which hosts join the fleet.",
        synopsisSubcommandLabel = "VERB",
        subcommands = JoinTokenCommand.Create.class)
final class JoinTokenCommand {
    private JoinTokenCommand() {}

    @Command(
            name = "create",
            description = "Make a token with which one host joins, once; standard output is the token alone.")
    static final class Create extends Verb {
        @Option(names = "--host", paramLabel = "HOST", description = "Only the host of this id may use it.")
        @Nullable
        String host;

        @Option(
                names = "--ttl",
                paramLabel = "TIME",
                converter = Durations.class,
                description = "How long it is good, at most 7d (default 1h).")
        @Nullable
        Duration ttl;

        @Override
        ExitCode run(Session session) {
            ObjectNode body = Json.object();
            if (host != null) {
                body.put("host", host);
            }
            if (ttl != null) {
                body.put("ttl", ttl.toString());
            }
            JsonNode token = session.api().order(body, "join-tokens");
            session.one(token, it -> {
                session.out().println(Json.textOr("", it, "token"));
                session.note("good once, until " + Json.textOr("?", it, "expiresAt")
                        + "; the host's agent is given --server " + Json.textOr("?", it, "gateway"));
            });
            return ExitCode.OK;
        }
    }
}
