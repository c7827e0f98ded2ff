package dev.evenkeel.cli.watch;

import dev.evenkeel.cli.Session;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.output.Structured;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import tools.jackson.databind.JsonNode;

/** One event as one line. */
public final class EventLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private EventLine() {}

    /** Time of day, host and text, such as {@code 12:05:03  h2  VM web-1 moved to h1}. */
    public static String of(Session session, JsonNode event) {
        String at = Json.text(event, "at");
        String time = at == null
                ? "--:--:--"
                : TIME.format(Instant.parse(at).atZone(session.surroundings().zone()));
        String text = Json.textOr(Json.textOr("", event, "type"), event, "text");
        return session.paint().faint(time) + "  " + Json.textOr("-", event, "host") + "  "
                + session.paint().level(Json.textOr("", event, "level"), text);
    }

    /** For people or, whole, for programs; with its line end. */
    public static String print(Session session, JsonNode event) {
        return session.format().forPeople()
                ? of(session, event) + "\n"
                : Structured.printOneOfMany(event, session.format());
    }
}
