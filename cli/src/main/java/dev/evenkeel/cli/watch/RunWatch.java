package dev.evenkeel.cli.watch;

import dev.evenkeel.cli.ExitCode;
import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Query;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Structured;
import dev.evenkeel.cli.output.Table;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Stays with one host run. */
public final class RunWatch implements Watch.Subject {
    private final Session session;
    private final String id;

    private RunWatch(Session session, String id) {
        this.session = session;
        this.id = id;
    }

    /** What a command does with a run that it has just ordered: names it, and stays with it if that was asked for. */
    public static ExitCode ordered(Session session, JsonNode run, Wait wait) throws InterruptedException {
        String id = Json.textOr("", run, "id");
        if (!wait.stay()) {
            session.one(run, it -> {
                session.out().println("run " + id + " started on host " + Json.textOr("?", run, "host"));
                session.note("follow it with: evenkeel run show " + id);
            });
            return ExitCode.OK;
        }
        JsonNode last = new Watch(session, new RunWatch(session, id), wait).toTheEnd(0L);
        if (session.format().forPeople()) {
            String why = Session.why(last.path("why"));
            session.out()
                    .println("run " + id + " on host " + Json.textOr("?", last, "host") + ": "
                            + session.paint().state(Session.standing(last))
                            + (why.isEmpty() ? "" : ": " + why));
        } else if (!wait.show()) {
            session.out().print(Structured.print(last, session.format()));
        }
        return outcome(last);
    }

    /** Whether the run did what it was for. */
    private static ExitCode outcome(JsonNode run) {
        return "DONE".equals(Json.text(run, "outcome")) ? ExitCode.OK : ExitCode.FAILED;
    }

    @Override
    public Query events() {
        return Query.NONE.with("run", id);
    }

    @Override
    public JsonNode state() {
        return session.api().get(Query.NONE, "runs", id);
    }

    /** A run that waits for a person may go on by itself one day; this command does not wait for that day. */
    @Override
    public boolean ended(JsonNode run) {
        return run.path("ended").asBoolean(false) || run.path("needsPerson").asBoolean(false);
    }

    @Override
    public List<String> block(JsonNode run) {
        List<String> lines = new ArrayList<>();
        lines.add(session.paint().bold("run " + id) + "  host " + Json.textOr("?", run, "host") + "  "
                + session.paint().state(Session.standing(run)) + " for "
                + session.ago(Json.text(run, "since")));
        List<JsonNode> moves = new ArrayList<>();
        run.path("moves").forEach(moves::add);
        if (!moves.isEmpty()) {
            lines.addAll(MOVES.lines(moves, false, session.paint()));
        }
        return lines;
    }

    private static final Table<JsonNode> MOVES = Table.of(
            Column.of("VM", move -> Json.textOr("", move, "name")),
            Column.of("TO", move -> Json.textOr("", move, "to")),
            Column.state("STATUS", move -> Json.textOr("", move, "status")),
            Column.of("NOW", move -> Json.textOr("", move, "progress")));
}
