package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Format;
import dev.evenkeel.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel plan}. */
@Command(
        name = "plan",
        description = {
            "Show what a rollout of an update would do, host by host and VM by VM; nothing is changed.",
            "Ends with 4 when no host at all could be updated; -o wide adds why gentler methods are out."
        })
final class PlanCommand extends Verb {
    @Parameters(paramLabel = "UPDATE", description = "Its id.")
    String update = "";

    @Mixin
    HostSelection hosts = new HostSelection();

    @Override
    ExitCode run(Session session) {
        JsonNode plan = session.api().order(hosts.order(session, update), "plans");
        session.one(plan, it -> words(session, it));
        List<JsonNode> planned = new ArrayList<>();
        plan.path("hosts").forEach(planned::add);
        boolean refused = !planned.isEmpty() && planned.stream().allMatch(PlanCommand::isRefused);
        return refused ? ExitCode.REFUSED : ExitCode.OK;
    }

    private static boolean isRefused(JsonNode host) {
        return Json.text(host, "method") == null && !isAlready(host);
    }

    private static boolean isAlready(JsonNode host) {
        return host.path("already").asBoolean(false);
    }

    private static void words(Session session, JsonNode plan) {
        if (plan.path("hosts").isEmpty()) {
            session.note("no hosts");
        }
        boolean first = true;
        for (JsonNode host : plan.path("hosts")) {
            if (!first) {
                session.out().println();
            }
            first = false;
            session.out()
                    .println(session.paint().bold("host " + Json.textOr("?", host, "host")) + ": " + what(session, host)
                            + versions(host));
            if (isRefused(host) || session.format() == Format.wide) {
                refusals(session, host);
            }
            List<JsonNode> vms = new ArrayList<>();
            host.path("vms").forEach(vms::add);
            if (!vms.isEmpty()) {
                VMS.lines(vms, session.format() == Format.wide, session.paint())
                        .forEach(line -> session.out().println("  " + line));
            }
        }
    }

    private static String what(Session session, JsonNode host) {
        if (isAlready(host)) {
            return "has it already";
        }
        return isRefused(host) ? session.paint().bad("refused") : Json.textOr("?", host, "method");
    }

    /** Such as {@code , qemu 10.0.2 → 11.1}. */
    private static String versions(JsonNode host) {
        StringBuilder text = new StringBuilder();
        host.path("after")
                .properties()
                .forEach(after -> text.append(", ")
                        .append(after.getKey())
                        .append(' ')
                        .append(Json.textOr("?", host, "before", after.getKey()))
                        .append(" → ")
                        .append(after.getValue().asString("")));
        return text.toString();
    }

    private static void refusals(Session session, JsonNode host) {
        for (JsonNode refused : host.path("refused")) {
            for (JsonNode why : refused.path("why")) {
                session.out().println("  not " + Json.textOr("?", refused, "method") + ": " + Session.why(why));
            }
        }
    }

    private static final Table<JsonNode> VMS = Table.of(
            Column.of("VM", Fields.text("name")),
            Column.of("TENANT", Fields.text("tenant")),
            Column.of("IMPACT", Fields.text("impact")),
            Column.number("STOP", Fields.millis("stopMs")),
            Column.number("TOTAL", Fields.millis("totalMs")),
            Column.of("TO", Fields.text("target")),
            Column.of("ID", Fields.text("vm")).wide());
}
