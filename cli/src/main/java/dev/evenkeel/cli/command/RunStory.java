package dev.evenkeel.cli.command;

import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Format;
import dev.evenkeel.cli.output.Human;
import dev.evenkeel.cli.output.Table;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Tells one host run: what it is, what became of each VM, which orders are open, and everything that happened. */
final class RunStory {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final Session session;

    RunStory(Session session) {
        this.session = session;
    }

    void print(JsonNode run) {
        head(run);
        List<JsonNode> moves = new ArrayList<>();
        run.path("moves").forEach(moves::add);
        if (!moves.isEmpty()) {
            session.out().println();
            session.print(MOVES, moves);
        }
        List<JsonNode> effects = new ArrayList<>();
        run.path("effects").forEach(effect -> {
            if (session.format() == Format.wide || !isOver(effect)) {
                effects.add(effect);
            }
        });
        if (!effects.isEmpty()) {
            session.out().println();
            session.print(effectTable(), effects);
        }
        List<JsonNode> events =
                session.api().list(Query.NONE, "runs", Finder.id(run), "events").all();
        if (!events.isEmpty()) {
            session.out().println();
            session.print(storyTable(Json.text(run, "orderedAt")), events);
        }
    }

    private static boolean isOver(JsonNode effect) {
        String status = Json.text(effect, "status");
        return "ENDED".equals(status) || "WITHDRAWN".equals(status);
    }

    private void head(JsonNode run) {
        session.field("run", Finder.id(run));
        session.field("host", Json.text(run, "host"));
        session.field("purpose", Json.text(run, "purpose"));
        session.field("rollout", Json.text(run, "rollout"));
        session.field("update", Json.text(run, "update"));
        session.field("method", Json.text(run, "method"));
        session.field(
                "state", session.paint().state(Session.standing(run)) + " for " + session.ago(Json.text(run, "since")));
        session.field("why", Session.why(run.path("why")));
        session.field("deadline", day(Json.text(run, "deadline")));
        session.field("ordered", day(Json.text(run, "orderedAt")) + " by " + Json.textOr("?", run, "orderedBy"));
        session.field("reason", Json.text(run, "reason"));
        String ordered = Json.text(run, "orderedAt");
        String ended = Json.text(run, "endedAt");
        if (ordered != null && ended != null) {
            Duration took = Duration.between(Instant.parse(ordered), Instant.parse(ended));
            session.field("ended", day(ended) + ", after " + Human.length(took));
        }
        session.field(
                "vms", Json.textOr("0", run, "vmsMoved") + " moved, " + Json.textOr("0", run, "vmsLost") + " lost");
    }

    private static final Table<JsonNode> MOVES = Table.of(
            Column.of("VM", Fields.text("name")),
            Column.of("TENANT", Fields.text("tenant")),
            Column.of("TO", Fields.text("to")),
            Column.state("STATUS", Fields.text("status")),
            Column.number("TRIES", Fields.text("attempts")),
            Column.of("STOP", Fields.forecastAndMeasured("forecastStopMs", "stopMs")),
            Column.of("TOTAL", Fields.forecastAndMeasured("forecastTotalMs", "totalMs")),
            Column.of("NOW", RunStory::nowOf));

    private static String nowOf(JsonNode moveOrEffect) {
        String why = Session.why(moveOrEffect.path("why"));
        return why.isEmpty() ? Json.textOr("", moveOrEffect, "progress") : why;
    }

    private Table<JsonNode> effectTable() {
        return Table.of(
                Column.of("ORDER", Fields.text("kind")),
                Column.of("AGENT", Fields.text("agent")),
                Column.of("VM", Fields.text("vm")),
                Column.of("STATUS", Fields.text("status")),
                Column.of("AGE", Fields.age(session, "orderedAt")),
                Column.of("OUTCOME", Fields.text("outcome")),
                Column.of("NOW", RunStory::nowOf),
                Column.<JsonNode>of("ID", Fields.text("id")).wide());
    }

    private Table<JsonNode> storyTable(@Nullable String ordered) {
        return Table.of(
                Column.of("TIME", event -> time(Json.text(event, "at"))),
                Column.number("AFTER", event -> after(ordered, Json.text(event, "at"))),
                Column.of("STATE", Fields.text("state")),
                Column.of("WHAT", Fields.text("text")),
                Column.<JsonNode>of("EVENT", Fields.text("type")).wide());
    }

    private static String after(@Nullable String ordered, @Nullable String at) {
        return ordered == null || at == null
                ? ""
                : Human.length(Duration.between(Instant.parse(ordered), Instant.parse(at)));
    }

    private String day(@Nullable String time) {
        return time == null
                ? ""
                : DAY.format(Instant.parse(time).atZone(session.surroundings().zone()));
    }

    private String time(@Nullable String time) {
        return time == null
                ? ""
                : TIME.format(Instant.parse(time).atZone(session.surroundings().zone()));
    }
}
