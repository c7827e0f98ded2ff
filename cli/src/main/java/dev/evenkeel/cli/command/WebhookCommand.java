package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import java.util.StringJoiner;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel webhook …}. */
@Command(
        name = "webhook",
        aliases = "webhooks",
        description = "Webhooks: who is told of scheduled events over HTTP.",
        synopsisSubcommandLabel = "VERB",
        subcommands = {
            WebhookCreate.class,
            WebhookCommand.Ls.class,
            WebhookCommand.Show.class,
            WebhookCommand.Enable.class,
            WebhookCommand.Disable.class,
            WebhookCommand.Delete.class,
            WebhookDeliveries.Deliveries.class,
            WebhookDeliveries.Replay.class,
            WebhookDeliveries.Ping.class
        })
final class WebhookCommand {
    static final String WEBHOOKS = "webhooks";

    private static final Table<JsonNode> TABLE = Table.of(
            Column.of("ID", Fields.text("id")),
            Column.of("TENANT", Fields.text("tenant")),
            Column.of("URL", Fields.text("url")),
            Column.of("TYPES", WebhookCommand::types),
            Column.of("ENABLED", Fields.yesNo("enabled")),
            Column.of("MADE BY", Fields.text("createdBy")).wide(),
            Column.of("MADE", Fields.text("createdAt")).wide());

    private WebhookCommand() {}

    private static String types(JsonNode webhook) {
        StringJoiner types = new StringJoiner(",");
        types.setEmptyValue("all");
        webhook.path("types").forEach(type -> types.add(type.asString("")));
        return types.toString();
    }

    private static void words(Session session, JsonNode webhook) {
        session.field("webhook", Json.text(webhook, "id"));
        session.field("url", Json.text(webhook, "url"));
        session.field("tenant", Json.textOr("- (all)", webhook, "tenant"));
        session.field("types", types(webhook));
        session.field("enabled", Fields.yesNo("enabled").apply(webhook));
        session.field("disabled", Json.text(webhook, "disabledWhy"));
        session.field("made", Json.textOr("?", webhook, "createdAt") + " by " + Json.textOr("?", webhook, "createdBy"));
    }

    @Command(name = "ls", aliases = "list", description = "List the webhooks; never their secrets.")
    static final class Ls extends Verb {
        @Override
        ExitCode run(Session session) {
            session.list(session.api().list(Query.NONE, WEBHOOKS).all(), TABLE, "no webhooks");
            return ExitCode.OK;
        }
    }

    /** One that names a webhook. */
    abstract static class OfOne extends Verb {
        @Parameters(paramLabel = "ID", description = "Of the webhook; see: evenkeel webhook ls.")
        String id = "";
    }

    @Command(name = "show", description = "Show one webhook.")
    static final class Show extends OfOne {
        @Override
        ExitCode run(Session session) {
            session.one(session.api().get(Query.NONE, WEBHOOKS, id), it -> words(session, it));
            return ExitCode.OK;
        }
    }

    /** Turns a webhook on or off. */
    abstract static class Turn extends OfOne {
        @Mixin
        ReasonOption why = new ReasonOption();

        ExitCode turn(Session session, boolean on) {
            JsonNode now = session.api().change(why.body().put("enabled", on), WEBHOOKS, id);
            session.one(now, it -> words(session, it));
            return ExitCode.OK;
        }
    }

    @Command(name = "enable", description = "Tell it again of what comes; what it missed can be replayed.")
    static final class Enable extends Turn {
        @Override
        ExitCode run(Session session) {
            return turn(session, true);
        }
    }

    @Command(name = "disable", description = "Tell it no more; what waits is dead, as is what comes meanwhile.")
    static final class Disable extends Turn {
        @Override
        ExitCode run(Session session) {
            return turn(session, false);
        }
    }

    @Command(name = "delete", description = "Forget a webhook and its deliveries.")
    static final class Delete extends OfOne {
        @Override
        ExitCode run(Session session) {
            session.one(
                    session.api().remove(WEBHOOKS, id),
                    it -> session.out().println("webhook " + Json.textOr("?", it, "id") + " deleted"));
            return ExitCode.OK;
        }
    }
}
