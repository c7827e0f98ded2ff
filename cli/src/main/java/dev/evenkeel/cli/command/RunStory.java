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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
        List<JsonNode> events = new ArrayList<>();
        for (JsonNode event :
                session.api().list(Query.NONE, "runs", Finder.id(run), "events").all()) {
            if (session.format() == Format.wide || !saysNothing(event, events)) {
                events.add(event);
            }
        }
        if (!events.isEmpty()) {
            session.out().println();
            session.print(storyTable(run), events);
        }
    }

    /** A look at the clock or at the host after which the run stood where it had stood. */
    private static boolean saysNothing(JsonNode event, List<JsonNode> before) {
        String type = Json.textOr("", event, "type");
        return (type.equals("TimerFired") || type.equals("HostObserved"))
                && !before.isEmpty()
                && Json.textOr("", event, "state").equals(Json.textOr("", before.getLast(), "state"));
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
                "vms",
                Json.textOr("0", run, "vmsMoved") + " moved, " + restarted(run) + Json.textOr("0", run, "vmsLost")
                        + " lost");
    }

    private static String restarted(JsonNode run) {
        String restarted = Json.textOr("0", run, "vmsRestarted");
        return restarted.equals("0") ? "" : restarted + " restarted, ";
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

    private Table<JsonNode> storyTable(JsonNode run) {
        String ordered = Json.text(run, "orderedAt");
        Map<String, String> orders = orders(run);
        return Table.of(
                Column.of("TIME", event -> time(Json.text(event, "at"))),
                Column.number("AFTER", event -> after(ordered, Json.text(event, "at"))),
                Column.of("STATE", Fields.text("state")),
                Column.of("WHAT", event -> named(Json.textOr("", event, "text"), orders)),
                Column.<JsonNode>of("EVENT", Fields.text("type")).wide());
    }

    /** What each order of the run was, by its id, the longest id first: one may be the beginning of another. */
    private static Map<String, String> orders(JsonNode run) {
        Map<String, String> names = new HashMap<>();
        run.path("moves").forEach(move -> names.put(Json.textOr("", move, "vm"), Json.textOr("", move, "name")));
        Map<String, String> orders = new TreeMap<>(
                Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        run.path("effects").forEach(effect -> {
            String vm = Json.textOr("", effect, "vm");
            String what = Json.textOr("?", effect, "kind") + " " + names.getOrDefault(vm, vm);
            orders.put(Json.textOr("", effect, "id"), what.strip());
        });
        return orders;
    }

    /** The text with what an order was in place of its id. */
    private static String named(String text, Map<String, String> orders) {
        for (Map.Entry<String, String> order : orders.entrySet()) {
            if (!order.getKey().isEmpty() && text.contains(order.getKey())) {
                return text.replace(order.getKey(), order.getValue());
            }
        }
        return text;
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
