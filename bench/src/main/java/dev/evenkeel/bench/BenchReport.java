package dev.evenkeel.bench;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a benchmark found: its bars, as a table for people and as JSON for machines.
 *
 * @param bench its name
 */
public record BenchReport(String bench, List<Bar> bars) {
    private static final Table<Bar> TABLE = Table.of(
            Column.of("BAR", Bar::bar),
            Column.of("AGAINST", Bar::rival),
            Column.number("VALUE", bar -> number(bar.value())),
            Column.number("LIMIT", bar -> number(bar.limit())),
            Column.number("SAMPLES", bar -> Integer.toString(bar.samples().size())),
            Column.of("HOLDS", bar -> bar.holds() ? "yes" : "NO"));

    public BenchReport {
        bars = List.copyOf(bars);
    }

    /** Prints the table, writes the JSON where a file is named, and returns the exit code: 0 when all bars hold, else 1. */
    public int publish(PrintWriter out, @Nullable Path json) throws IOException {
        TABLE.lines(bars, false, Paint.OFF).forEach(out::println);
        out.flush();
        if (json != null) {
            Files.writeString(json, json());
        }
        return bars.stream().allMatch(Bar::holds) ? 0 : 1;
    }

    /** {@code {"bench":…,"bars":[{"bar":…,"value":…,"limit":…,"holds":…,"samples":[…]}]}}; no number is null. */
    String json() {
        List<Map<String, @Nullable Object>> rows =
                bars.stream().map(BenchReport::row).toList();
        return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(Map.of("bench", bench, "bars", rows))
                + "\n";
    }

    private static Map<String, @Nullable Object> row(Bar bar) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("bar", bar.bar());
        row.put("value", Double.isFinite(bar.value()) ? bar.value() : null);
        row.put("limit", bar.limit());
        row.put("holds", bar.holds());
        row.put("samples", bar.samples());
        return row;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, Math.abs(value) < 0.1 ? "%.5f" : "%.3f", value);
    }
}
