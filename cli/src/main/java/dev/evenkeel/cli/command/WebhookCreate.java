package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code evenkeel webhook create}. */
@Command(
        name = "create",
        description = {
            "Let somebody be told of scheduled events over HTTP; standard output is the secret alone.",
            "The secret is what receivers verify deliveries with (Standard Webhooks)."
        })
final class WebhookCreate extends Verb {
    @Parameters(paramLabel = "URL", description = "What is told: https://..., at a public address.")
    String url = "";

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Of whose VMs; for somebody with one tenant that one, for an operator otherwise all.")
    @Nullable
    String tenant;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "scheduled, updated, approved, started, ended or withdrawn; may be repeated (default: all).")
    List<String> types = List.of();

    @Option(
            names = "--secret-env",
            paramLabel = "NAME",
            description = "Environment variable with a secret of your own: whsec_ and 24 to 64 bytes in base64.")
    @Nullable
    String secretVariable;

    @Mixin
    ReasonOption why = new ReasonOption();

    @Override
    ExitCode run(Session session) {
        ObjectNode body = why.body().put("url", url);
        if (tenant != null) {
            body.put("tenant", tenant);
        }
        if (!types.isEmpty()) {
            ArrayNode names = body.putArray("types");
            types.forEach(names::add);
        }
        if (secretVariable != null) {
            String secret = System.getenv(secretVariable);
            if (secret == null) {
                throw new dev.evenkeel.cli.CommandFailed(
                        ExitCode.USAGE,
                        "there is no environment variable " + secretVariable + "; set it to the secret");
            }
            body.put("secret", secret);
        }
        JsonNode made = session.api().order(body, WebhookCommand.WEBHOOKS);
        session.one(made, it -> {
            session.out().println(Json.textOr("", it, "secret"));
            session.note("webhook " + Json.textOr("?", it, "id") + "; its secret is not shown again");
        });
        return ExitCode.OK;
    }
}
