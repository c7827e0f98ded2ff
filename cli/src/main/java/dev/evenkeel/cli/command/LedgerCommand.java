package dev.evenkeel.cli.command;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel ledger}. */
@Command(
        name = "ledger",
        description = {
            "Show the pause ledger, newest first: every interruption of every VM, forecast and measured.",
            "STOP is how long the VM did not run, read off its own clock where its guest agent answers, SEEN the same by an outside observer;",
            "GAP the longest hole in its heartbeats, NORMAL the longest one in an undisturbed stretch before."
        })
final class LedgerCommand extends Verb {
    @Option(names = "--vm", paramLabel = "VM", description = "Only this VM, by UUID or name.")
    @Nullable
    String vm;

    @Option(names = "--run", paramLabel = "RUN", description = "Only what this run caused.")
    @Nullable
    String run;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "Only the VMs of this tenant.")
    @Nullable
    String tenant;

    @Mixin
    LimitOption limit = new LimitOption();

    @Override
    ExitCode run(Session session) {
        Table<JsonNode> table = Table.of(
                Column.of("VM", Fields.text("name")),
                Column.of("TENANT", Fields.text("tenant")),
                Column.of("METHOD", Fields.text("method")),
                Column.of("FROM", Fields.text("from")),
                Column.of("TO", Fields.text("to")),
                Column.number("TOLD", Fields.millis("toldMs")).wide(),
                Column.number("FORECAST", Fields.millis("forecastStopMs")),
                Column.number("STOP", Fields.millis("stopMs")),
                Column.number("SEEN", Fields.millis("observedStopMs")),
                Column.number("GAP", Fields.millis("gapMs")),
                Column.number("NORMAL", Fields.millis("normalGapMs")),
                Column.of("RESTARTED", Fields.yesNo("restarted")),
                Column.of("AGE", Fields.age(session, "endedAt")),
                Column.number("FORECAST TOTAL", Fields.millis("forecastTotalMs"))
                        .wide(),
                Column.number("TOTAL", Fields.millis("totalMs")).wide(),
                Column.number("CLOCK BEFORE", Fields.millis("skewBeforeMs")).wide(),
                Column.number("CLOCK OFF", Fields.millis("clockSkewMs")).wide(),
                Column.of("CAUSE", Fields.text("cause")).wide(),
                Column.of("RUN", Fields.text("run")).wide(),
                Column.of("ID", Fields.text("vm")).wide());
        Query query = Query.NONE.with("vm", vm).with("run", run).with("tenant", tenant);
        limit.list(session, query, table, "no interruptions", "ledger");
        return ExitCode.OK;
    }
}
