package dev.evenkeel.bench;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.sim.window.Place;
import dev.evenkeel.sim.window.WindowCheck;
import dev.evenkeel.sim.window.WindowCheck.Findings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evenkeel bench windows}: random maintenance configurations, held against what clocks show minute by minute. */
@Command(
        name = "windows",
        description =
                "Compare the openings of random maintenance configurations with a naive reckoning, minute by minute.",
        mixinStandardHelpOptions = true)
final class WindowBench implements Callable<Integer> {
    private static final int STORIES = 10;
    private static final Table<Findings> TABLE = Table.of(
            Column.of("TIME ZONE", found -> found.place().name()),
            Column.of("THREE YEARS FROM", found -> found.place().begin().toString()),
            Column.number("CONFIGURATIONS", found -> Integer.toString(found.configurations())),
            Column.number("OPENINGS", found -> Long.toString(found.openings())),
            Column.number("MINUTES ASKED", found -> Long.toString(found.minutes())),
            Column.number("INVALID", found -> Integer.toString(found.invalid())),
            Column.number("WRONG", found -> Integer.toString(found.wrong().size())));

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--configurations",
            defaultValue = "100000",
            description = "how many at least, and as many with one field made wrong (default ${DEFAULT-VALUE})")
    private int configurations;

    @Option(names = "--from", defaultValue = "1", description = "the first seed (default ${DEFAULT-VALUE})")
    private long from;

    @Option(
            names = "--every-minute",
            defaultValue = "2",
            description = "of how many in each zone every single minute is asked for (default ${DEFAULT-VALUE})")
    private int everyMinute;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        if (configurations < 1 || everyMinute < 0) {
            throw new ParameterException(
                    command.commandLine(), "--configurations must be at least 1, --every-minute at least 0");
        }
        PrintWriter out = command.commandLine().getOut();
        int each = Math.ceilDiv(configurations, Place.ALL.size());
        long began = System.nanoTime();
        List<Findings> all = IntStream.range(0, Place.ALL.size())
                .parallel()
                .mapToObj(i -> WindowCheck.run(Place.ALL.get(i), from + (long) i * each, each, everyMinute))
                .toList();
        all.stream().flatMap(found -> found.wrong().stream()).limit(STORIES).forEach(out::println);
        TABLE.lines(all, false, Paint.OFF).forEach(out::println);
        out.printf("%d seeds from %d, in %.0f s%n%n", each * all.size(), from, (System.nanoTime() - began) / 1e9);
        List<Double> wrong =
                all.stream().map(found -> (double) found.wrong().size()).toList();
        return new BenchReport(
                        "windows",
                        List.of(Bar.atMost(
                                "windows-wrong",
                                "a naive reckoning, minute by minute",
                                0,
                                wrong.stream().mapToDouble(w -> w).sum(),
                                wrong)))
                .publish(out, json);
    }
}
