package dev.evenkeel.bench;

import dev.evenkeel.sim.PlantedBug;
import dev.evenkeel.sim.Simulation;
import dev.evenkeel.sim.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evenkeel bench dst}: the simulated fleet over many seeds, each twice, and with each bug planted. */
@Command(
        name = "dst",
        description = "Let everything go wrong in simulated fleets, and check every invariant after every event.",
        mixinStandardHelpOptions = true)
final class Dst implements Callable<Integer> {
    private static final int STORIES = 3;

    /** Seeds in which each planted bug must be found. */
    private static final long FOUND_WITHIN = 1000;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seeds", defaultValue = "1000", description = "how many seeds (default ${DEFAULT-VALUE})")
    private long seeds;

    @Option(names = "--from", defaultValue = "1", description = "the first seed (default ${DEFAULT-VALUE})")
    private long from;

    @Option(
            names = "--lines",
            defaultValue = "50",
            description = "how many of the last events to tell of a seed that fails (default ${DEFAULT-VALUE})")
    private int lines;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    private record Twice(Verdict verdict, boolean same) {}

    @Override
    public Integer call() throws IOException {
        CommandSpec command = java.util.Objects.requireNonNull(spec);
        if (seeds < 1 || lines < 1) {
            throw new ParameterException(command.commandLine(), "--seeds and --lines must be at least 1");
        }
        PrintWriter out = command.commandLine().getOut();
        long began = System.nanoTime();
        AtomicLong events = new AtomicLong();
        List<Twice> all = LongStream.range(from, from + seeds)
                .parallel()
                .mapToObj(seed -> {
                    Verdict verdict = Simulation.run(seed, PlantedBug.NONE, lines);
                    events.addAndGet(verdict.events());
                    return new Twice(
                            verdict, Simulation.run(seed, PlantedBug.NONE, 1).digest() == verdict.digest());
                })
                .toList();
        List<Twice> broken = all.stream().filter(t -> !t.verdict().holds()).toList();
        broken.stream().limit(STORIES).forEach(t -> out.println(t.verdict().story() + "\n"));
        out.printf(
                "%d seeds, each twice, %d events, in %.0f s%n", seeds, events.get(), (System.nanoTime() - began) / 1e9);
        tally(all).forEach((what, count) -> out.printf("%9d  %s%n", count, what));
        return new BenchReport("dst", bars(all, broken)).publish(out, json);
    }

    private static List<Bar> bars(List<Twice> all, List<Twice> broken) {
        List<Bar> bars = new ArrayList<>();
        bars.add(Bar.atMost("seeds-broken", "the invariants", 0, broken.size(), seedsOf(broken)));
        List<Twice> differ = all.stream().filter(t -> !t.same()).toList();
        bars.add(Bar.atMost("seeds-differing", "the same seed again", 0, differ.size(), seedsOf(differ)));
        for (PlantedBug bug : PlantedBug.values()) {
            if (bug != PlantedBug.NONE) {
                double found = foundAt(bug);
                bars.add(Bar.atMost(
                        "found-" + bug.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
                        "the same with the bug planted",
                        FOUND_WITHIN,
                        found,
                        List.of(found)));
            }
        }
        return bars;
    }

    private static List<Double> seedsOf(List<Twice> some) {
        return some.stream().map(t -> (double) t.verdict().seed()).toList();
    }

    /** The first seed that finds the bug; one more than the limit when none does. */
    private static double foundAt(PlantedBug bug) {
        return LongStream.rangeClosed(1, FOUND_WITHIN)
                .filter(seed -> !Simulation.run(seed, bug).holds())
                .findFirst()
                .orElse(FOUND_WITHIN + 1);
    }

    private static Map<String, Integer> tally(List<Twice> all) {
        TreeMap<String, Integer> sum = new TreeMap<>();
        all.forEach(t -> t.verdict().tally().forEach((what, count) -> sum.merge(what, count, Integer::sum)));
        return sum;
    }
}
