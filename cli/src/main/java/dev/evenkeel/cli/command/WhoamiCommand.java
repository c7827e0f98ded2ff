package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import picocli.CommandLine.Command;

/** {@code evenkeel whoami}. */
@Command(name = "whoami", description = "Whom the server takes you for.")
final class WhoamiCommand extends Verb {
    @Override
    ExitCode run(Session session) {
        session.one(session.api().get(Query.NONE, "whoami"), it -> {
            session.field("name", Json.text(it, "name"));
            session.field("role", Json.text(it, "role"));
            session.field("tenants", TokenCommand.tenants(it));
        });
        return ExitCode.OK;
    }
}
