package dev.evenkeel.cli.command;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Human;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.core.window.WindowZone;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel window preview}. */
@Command(
        name = "preview",
        description = {
            "Show the next ten openings of a window, or of those that count for a VM or a host,",
            "and the rollouts whose turn would come in them."
        })
final class WindowPreview extends Verb {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("EEE uuuu-MM-dd HH:mm", Locale.ROOT);

    @Parameters(arity = "0..1", paramLabel = "WINDOW", description = "Name or id.")
    @Nullable
    String window;

    @Option(names = "--vm", paramLabel = "VM", description = "What counts for this VM, by UUID or name.")
    @Nullable
    String vm;

    @Option(names = "--host", paramLabel = "HOST", description = "What is assigned to this host.")
    @Nullable
    String host;

    @Override
    ExitCode run(Session session) {
        if (Stream.of(window, vm, host).filter(Objects::nonNull).count() != 1) {
            throw new CommandFailed(ExitCode.USAGE, "say one thing: a window, --vm or --host");
        }
        JsonNode preview = session.api().get(Query.NONE, steps());
        session.one(preview, it -> words(session, it));
        return ExitCode.OK;
    }

    private String[] steps() {
        if (window != null) {
            return new String[] {WindowCommand.WINDOWS, window, "preview"};
        }
        return vm != null
                ? new String[] {"vms", vm, WindowCommand.WINDOWS}
                : new String[] {"hosts", Objects.requireNonNull(host), WindowCommand.WINDOWS};
    }

    private static void words(Session session, JsonNode preview) {
        if (preview.path("windows").isEmpty()) {
            session.note("no window counts: nobody has asked for control");
        }
        StringJoiner names = new StringJoiner(", ");
        preview.path("windows")
                .forEach(one -> names.add(
                        Json.textOr("?", one, "name") + (Json.text(one, "tenant") == null ? " (the region's)" : "")));
        session.field("windows", names.toString());
        if (!preview.path("openings").isEmpty()) {
            String zone = Json.textOr("UTC", preview.path("windows").path(0), "timeZone");
            session.field("time zone", zone);
            session.out().println();
            session.print(openings(zone), preview.path("openings").valueStream().toList());
        }
        List<JsonNode> waiting = preview.path("waiting").valueStream().toList();
        if (waiting.isEmpty()) {
            session.note("no rollout has them ahead of it");
        } else {
            session.out().println();
            session.print(waiting(), waiting);
        }
        if (preview.path("rare").asBoolean(false)) {
            session.note("more than 35 days pass between openings: updates will be forced outside of them");
        }
    }

    /** By the clocks of the first window's zone, and in UTC for the others'. */
    private static Table<JsonNode> openings(String zone) {
        return Table.of(
                Column.of("OPENS", opening -> clock(opening, "opensAt", zone)),
                Column.of("CLOSES", opening -> clock(opening, "closesAt", zone)),
                Column.of("LASTS", WindowPreview::lasts),
                Column.of("UTC", Fields.text("opensAt")),
                Column.of("ROLLOUTS", opening -> {
                    StringJoiner ids = new StringJoiner(",");
                    opening.path("rollouts").forEach(id -> ids.add(id.asString("")));
                    return ids.toString();
                }));
    }

    private static Table<JsonNode> waiting() {
        return Table.of(
                Column.of("ROLLOUT", Fields.text("rollout")),
                Column.of("UPDATE", Fields.text("update")),
                Column.state("STATE", Fields.text("state")),
                Column.number("HOSTS", Fields.text("hosts")),
                Column.number("VMS", Fields.text("vms")),
                Column.of("TURN", Fields.text("turnAt")),
                Column.of("FORCED", Fields.yesNo("forced")),
                Column.of("WAITS UNTIL", Fields.text("forcedAt")));
    }

    private static String clock(JsonNode opening, String field, String zone) {
        String time = Json.textOr("", opening, field);
        return WindowZone.named(zone)
                .map(WindowZone::zone)
                .map(id -> CLOCK.format(Instant.parse(time).atZone(id)))
                .orElseGet(() -> CLOCK.format(Instant.parse(time).atZone(ZoneOffset.UTC)));
    }

    private static String lasts(JsonNode opening) {
        return Human.age(Duration.between(
                Instant.parse(Json.textOr("", opening, "opensAt")),
                Instant.parse(Json.textOr("", opening, "closesAt"))));
    }
}
