package dev.evenkeel.cli;

import dev.evenkeel.cli.client.Api;
import dev.evenkeel.cli.client.Json;
import dev.evenkeel.cli.client.Place;
import dev.evenkeel.cli.output.Format;
import dev.evenkeel.cli.output.Human;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Structured;
import dev.evenkeel.cli.output.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a verb works with while it runs: the API, opened when first asked for, and the ways to print. */
public final class Session implements AutoCloseable {
    private final Surroundings surroundings;
    private final Format format;
    private final Duration requestTimeout;
    private final Supplier<Place> place;
    private @Nullable Api api;

    public Session(Surroundings surroundings, Format format, Duration requestTimeout, Supplier<Place> place) {
        this.surroundings = surroundings;
        this.format = format;
        this.requestTimeout = requestTimeout;
        this.place = place;
    }

    public Api api() {
        Api opened = api;
        if (opened == null) {
            opened = new Api(place.get(), requestTimeout, surroundings.clock());
            api = opened;
        }
        return opened;
    }

    /** The API for what anybody may ask, whether there is a token or not; for one answer. */
    public Api openApi() {
        return new Api(place.get().withoutToken(), requestTimeout, surroundings.clock());
    }

    public Place place() {
        return place.get();
    }

    public Format format() {
        return format;
    }

    public Surroundings surroundings() {
        return surroundings;
    }

    public PrintWriter out() {
        return surroundings.out();
    }

    /** Colours, where a person is looking and does not object (https://no-color.org). */
    public Paint paint() {
        boolean wanted = surroundings.terminal()
                && surroundings.environment().getOrDefault("NO_COLOR", "").isEmpty();
        return wanted ? Paint.ON : Paint.OFF;
    }

    /** How long ago a time of the API was; empty when there is none. */
    public String ago(@Nullable String time) {
        return time == null ? "" : Human.age(Duration.between(Instant.parse(time), now()));
    }

    public Instant now() {
        return surroundings.clock().instant();
    }

    /** Tells people something beside the answer, on standard error. */
    public void note(String text) {
        surroundings.err().println(text);
    }

    /** Prints a list as a table, or whole for programs; an empty table is a remark beside standard output. */
    public void list(List<JsonNode> items, Table<JsonNode> table, String nothing) {
        if (!format.forPeople()) {
            out().print(Structured.print(Structured.list(items), format));
        } else if (items.isEmpty()) {
            note(nothing);
        } else {
            print(table, items);
        }
    }

    public void print(Table<JsonNode> table, List<JsonNode> rows) {
        table.lines(rows, format == Format.wide, paint()).forEach(out()::println);
    }

    /** Prints one thing: for people as {@code words} does it, else whole. */
    public void one(JsonNode thing, Consumer<JsonNode> words) {
        if (format.forPeople()) {
            words.accept(thing);
        } else {
            out().print(Structured.print(thing, format));
        }
    }

    /** A line of name and value, aligned; nothing when there is no value. */
    public void field(String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out().println(paint().faint(String.format("%-17s", name)) + value);
        }
    }

    /** How a run or rollout stands: its outcome once it has ended, its state before. */
    public static String standing(JsonNode run) {
        return Json.textOr(Json.textOr("?", run, "state"), run, "outcome");
    }

    /** A refusal of the API in one line: why, and what was seen. */
    public static String why(JsonNode refusal) {
        if (!refusal.isObject()) {
            return "";
        }
        StringBuilder text = new StringBuilder(Json.textOr("", refusal, "why"));
        refusal.path("evidence")
                .properties()
                .forEach(seen -> text.append(text.indexOf("(") < 0 ? " (" : ", ")
                        .append(seen.getKey())
                        .append(' ')
                        .append(seen.getValue().asString("")));
        return refusal.path("evidence").isEmpty()
                ? text.toString()
                : text.append(')').toString();
    }

    @Override
    public void close() {
        if (api != null) {
            api.close();
        }
    }
}
