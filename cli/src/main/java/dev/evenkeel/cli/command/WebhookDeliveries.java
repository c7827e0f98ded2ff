package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code evenkeel webhook} does with deliveries. */
final class WebhookDeliveries {
    private static final Table<JsonNode> TABLE = Table.of(
            Column.of("DELIVERY", Fields.text("id")),
            Column.of("TYPE", Fields.text("type")),
            Column.state("STATE", Fields.text("state")),
            Column.number("ATTEMPTS", Fields.text("attempts")),
            Column.of("LAST ANSWER", Fields.text("answer")),
            Column.of("NEXT", Fields.text("nextAt")),
            Column.of("MADE", Fields.text("createdAt")).wide(),
            Column.of("TRIED", Fields.text("triedAt")).wide(),
            Column.of("EVENT", Fields.text("event")).wide());

    private WebhookDeliveries() {}

    @Command(name = "deliveries", description = "List what it is to be told, was told, or could not be told.")
    static final class Deliveries extends WebhookCommand.OfOne {
        @Option(names = "--only", paramLabel = "STATE", description = "Only WAITING, DELIVERED or DEAD ones.")
        @Nullable
        String state;

        @Mixin
        LimitOption limit = new LimitOption();

        @Override
        ExitCode run(Session session) {
            Query query = Query.NONE.with("state", state);
            limit.list(session, query, TABLE, "no deliveries", WebhookCommand.WEBHOOKS, id, "deliveries");
            return ExitCode.OK;
        }
    }

    @Command(name = "replay", description = "Deliver anew what is dead, one delivery, or all since a time.")
    static final class Replay extends WebhookCommand.OfOne {
        @Option(names = "--delivery", paramLabel = "DELIVERY", description = "Only this one.")
        @Nullable
        String delivery;

        @Option(
                names = "--since",
                paramLabel = "TIME",
                description = "All that were made from then on, delivered or not, such as 2026-11-22T12:05:00Z.")
        @Nullable
        String since;

        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            ObjectNode body = why.body();
            if (delivery != null) {
                body.put("delivery", delivery);
            }
            if (since != null) {
                body.put("since", since);
            }
            session.one(
                    session.api().order(body, WebhookCommand.WEBHOOKS, id, "replay"),
                    it -> session.out()
                            .println(it.path("replayed").asInt(0) + " deliveries of webhook " + id + " wait anew"));
            return ExitCode.OK;
        }
    }

    @Command(name = "ping", description = "Deliver something that says nothing, to see whether it arrives.")
    static final class Ping extends WebhookCommand.OfOne {
        @Mixin
        ReasonOption why = new ReasonOption();

        @Override
        ExitCode run(Session session) {
            session.one(
                    session.api().order(why.body(), WebhookCommand.WEBHOOKS, id, "ping"),
                    it -> session.out()
                            .println("delivery " + Json.textOr("?", it, "id")
                                    + " waits; what becomes of it: evenkeel webhook deliveries " + id));
            return ExitCode.OK;
        }
    }
}
