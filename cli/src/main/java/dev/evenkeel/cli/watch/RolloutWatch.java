package dev.evenkeel.cli.watch;

import dev.evenkeel.cli.CommandFailed;
import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Structured;
import dev.evenkeel.cli.output.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Stays with one rollout. */
public final class RolloutWatch implements Watch.Subject {
    private static final int RUNS = 100;

    private static final List<String> MOST_INTERESTING_FIRST =
            List.of("RUNNING", "OFFERED", "FAILED", "SKIPPED", "PENDING", "CANCELLED", "ALREADY", "DONE");

    private final Session session;
    private final String id;
    private final Map<String, JsonNode> runs = new HashMap<>();

    private RolloutWatch(Session session, String id) {
        this.session = session;
        this.id = id;
    }

    /**
     * Stays with the rollout and tells how it ended.
     *
     * @param after the event after which to begin telling, or null for now
     */
    public static ExitCode follow(Session session, String id, Wait wait, @Nullable Long after)
            throws InterruptedException {
        JsonNode last = new Watch(session, new RolloutWatch(session, id), wait).toTheEnd(after);
        if (session.format().forPeople()) {
            session.out().println(ending(session, last));
        } else if (!wait.show()) {
            session.out().print(Structured.print(last, session.format()));
        }
        return "DONE".equals(Json.text(last, "outcome")) ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String ending(Session session, JsonNode rollout) {
        String why = Session.why(rollout.path("why"));
        return "rollout " + Json.textOr("?", rollout, "id") + ": "
                + session.paint().state(Session.standing(rollout)) + ", " + tally(rollout)
                + (why.isEmpty() ? "" : ": " + why);
    }

    /** The update, and whether it is taken back. */
    public static String what(JsonNode rollout) {
        return (rollout.path("back").asBoolean(false) ? "undo of " : "") + Json.textOr("?", rollout, "update");
    }

    /** How many hosts are how, such as {@code 2 of 3 hosts done, 1 skipped}. */
    public static String tally(JsonNode rollout) {
        Map<String, Integer> counts = new java.util.TreeMap<>(
                Comparator.comparingInt((String status) -> MOST_INTERESTING_FIRST.indexOf(status))
                        .thenComparing(Comparator.naturalOrder()));
        rollout.path("hosts").forEach(host -> counts.merge(Json.textOr("?", host, "status"), 1, Integer::sum));
        StringBuilder text = new StringBuilder(
                counts.getOrDefault("DONE", 0) + " of " + rollout.path("hosts").size() + " hosts done");
        counts.forEach((status, count) -> {
            if (!status.equals("DONE") && !status.equals("PENDING")) {
                text.append(", ").append(count).append(' ').append(status.toLowerCase(java.util.Locale.ROOT));
            }
        });
        return text.toString();
    }

    @Override
    public Query events() {
        return Query.NONE.with("rollout", id);
    }

    @Override
    public JsonNode state() {
        JsonNode rollout = session.api().get(Query.NONE, "rollouts", id);
        if (session.surroundings().terminal()) {
            runs.clear();
            session.api()
                    .list(Query.NONE.with("rollout", id).with("active", true), "runs")
                    .first(RUNS)
                    .items()
                    .forEach(run -> runs.put(Json.textOr("", run, "id"), run));
        }
        return rollout;
    }

    /** A halted rollout stands until a person looks; a paused one was stopped on purpose, so it is waited for. */
    @Override
    public boolean ended(JsonNode rollout) {
        return rollout.path("ended").asBoolean(false)
                || rollout.path("needsPerson").asBoolean(false);
    }

    @Override
    public List<String> block(JsonNode rollout) {
        List<String> lines = new ArrayList<>();
        lines.add(session.paint().bold("rollout " + id) + "  " + what(rollout) + "  "
                + session.paint().state(Session.standing(rollout)) + "  " + tally(rollout) + ", "
                + session.ago(Json.text(rollout, "orderedAt")));
        List<JsonNode> hosts = new ArrayList<>();
        rollout.path("hosts").forEach(hosts::add);
        hosts.sort(Comparator.comparingInt(host -> MOST_INTERESTING_FIRST.indexOf(Json.textOr("", host, "status"))));
        lines.addAll(hostTable().lines(hosts, false, session.paint()));
        return lines;
    }

    private Table<JsonNode> hostTable() {
        return Table.of(
                Column.of("HOST", host -> Json.textOr("", host, "host")),
                Column.state("STATUS", host -> Json.textOr("", host, "status")),
                Column.state("STEP", host -> step(run(host))),
                Column.of("FOR", host -> session.ago(Json.text(run(host), "since"))),
                Column.of("VMS", host -> moved(run(host))),
                Column.of("NOW", host -> now(host)));
    }

    private JsonNode run(JsonNode host) {
        return runs.getOrDefault(Json.textOr("", host, "run"), Json.object());
    }

    private static String step(JsonNode run) {
        return run.isEmpty() ? "" : Session.standing(run);
    }

    private static String moved(JsonNode run) {
        int moved = 0;
        int restarted = 0;
        for (JsonNode move : run.path("moves")) {
            moved += "MOVED".equals(Json.text(move, "status")) ? 1 : 0;
            restarted += "RESTARTED".equals(Json.text(move, "status")) ? 1 : 0;
        }
        int all = run.path("moves").size();
        return all == 0 ? "" : moved + "/" + all + " moved" + (restarted == 0 ? "" : ", " + restarted + " restarted");
    }

    /** What the host is busy with, or why it stands. */
    private String now(JsonNode host) {
        for (JsonNode move : run(host).path("moves")) {
            if ("MOVING".equals(Json.text(move, "status"))) {
                return Json.textOr("?", move, "name") + " → " + Json.textOr("?", move, "to") + " "
                        + Json.textOr("", move, "progress");
            }
        }
        return Session.why(host.path("why"));
    }

    /** The state of things now, without staying. */
    public static List<String> snapshot(Session session, JsonNode rollout) throws CommandFailed {
        RolloutWatch watch = new RolloutWatch(session, Json.textOr("", rollout, "id"));
        session.api()
                .list(Query.NONE.with("rollout", watch.id), "runs")
                .first(RUNS)
                .items()
                .forEach(run -> watch.runs.put(Json.textOr("", run, "id"), run));
        return watch.block(rollout);
    }
}
