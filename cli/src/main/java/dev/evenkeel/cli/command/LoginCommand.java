package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Api;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.signin.Login;
import dev.evenkeel.cli.signin.SignIn;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel login}. */
@Command(
        name = "login",
        description = "Sign in at the server's provider: prints an address to open in a browser, and waits.")
final class LoginCommand extends Verb {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "On which the browser comes back to 127.0.0.1; 0 takes a free one.")
    int port;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Durations.class,
            description = "How long you may take (default: ${DEFAULT-VALUE}).")
    Duration most = Duration.ofMinutes(5);

    @Override
    ExitCode run(Session session) {
        JsonNode provider;
        try (Api open = session.openApi()) {
            provider = open.get(Query.NONE, "sign-in");
        }
        List<String> scopes =
                provider.path("scopes").valueStream().map(JsonNode::asString).toList();
        SignIn signIn = Login.in(
                Json.textOr("", provider, "issuer"),
                Json.textOr("", provider, "clientId"),
                scopes,
                port,
                address -> {
                    session.note("open this address in a browser:");
                    session.note(address.toString());
                },
                most);
        signIn.write(session.place().signIn());
        JsonNode who = session.api().get(Query.NONE, "whoami");
        session.one(
                who,
                it -> session.note(
                        "signed in as " + Json.textOr("?", it, "name") + ", " + Json.textOr("?", it, "role")));
        return ExitCode.OK;
    }
}
