package dev.evenkeel.bench;

import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.guest.VmPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code evenkeel bench migration}: moves of real VMs by Evenkeel against those by {@code virsh migrate --live}. */
@Command(
        name = "migration",
        description = "Move a busy VM by Evenkeel and by virsh in turn, and one that virsh never converges on.",
        mixinStandardHelpOptions = true)
final class MigrationBench implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration THROTTLED_PAUSE = Duration.ofMillis(800);
    private static final Duration PAIR_BOUND = Duration.ofMinutes(2);
    /** MiB per second: a link that the busy load fills several times over, and one where holding the guest back may help. */
    private static final int SLOW_LINK = 20;

    private static final int MIDDLING_LINK = 80;
    private static final double BUSY_RATE = 150;
    private static final int BUSY_SET = 96;

    private static final Table<Trip> TRIPS = Table.of(
            Column.of("BY", Trip::who),
            Column.number("STOP", t -> millis(t.stop())),
            Column.number("ACCOUNT", t -> millis(t.accounted())),
            Column.number("FORECAST", t -> millis(t.forecastStop())),
            Column.number("GAP", t -> millis(Optional.of(t.gap()))),
            Column.number("NORMAL", t -> millis(Optional.of(t.normalGap()))),
            Column.number("TOTAL", t -> millis(Optional.of(t.total()))),
            Column.number("FORECAST", t -> millis(t.forecastTotal())),
            Column.number("MAX PAUSE", t -> millis(Optional.of(t.maxPause()))),
            Column.of("HOW", Trip::how));

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--pairs", defaultValue = "10", description = "moves by each (default: ${DEFAULT-VALUE})")
    private int pairs;

    @Option(
            names = "--bound",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "how long virsh may try on the VM that it does not converge on (default: ${DEFAULT-VALUE})")
    private int bound;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "the state directory (default: EVENKEEL_STATE, else XDG's)")
    private @Nullable Path state;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    private final List<Trip> allOurs = new ArrayList<>();
    private final List<Trip> allVirsh = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        CommandSpec command = Objects.requireNonNull(spec);
        if (pairs < 1 || bound < 10) {
            throw new ParameterException(command.commandLine(), "--pairs must be at least 1 and --bound at least 10");
        }
        PrintWriter out = command.commandLine().getOut();
        Path where = state != null ? state : StateDirectory.byDefault(System.getenv());
        LabSpec lab = LabSpec.in(where)
                .withName("ekbenchmig")
                .withHosts(2)
                .withVms(List.of(VmPlan.small(1, "busy", "acme").withMemory(256)))
                .withBeatPeriod(Duration.ofMillis(10));
        List<Bar> bars = new ArrayList<>();
        try (BenchLab bench = BenchLab.up(lab, Progress.on(System.out));
                Movers movers = new Movers(
                        bench, Files.createDirectories(bench.lab().directory().resolve("moves")))) {
            LabVm vm = bench.lab().vm("busy");
            bars.addAll(pairs(out, movers, vm));
            bars.add(busy(out, bench, movers, vm));
            throttled(out, bench, movers, vm);
        }
        bars.add(MoveBars.throttleGap(allOurs, allVirsh));
        out.println();
        return new BenchReport("migration", bars).publish(out, json);
    }

    private List<Bar> pairs(PrintWriter out, Movers movers, LabVm vm) throws IOException {
        vm.load(40, 64);
        say(
                out,
                "a VM of 256 MiB that dirties 40 MiB/s over 64 MiB, " + pairs
                        + " moves by each, by turns; lengths in ms");
        Movers.Limits limits = new Movers.Limits(PAUSE, false, null);
        // An agent has moved VMs between its hosts before: one move each way, which is shown and does not count.
        TRIPS.lines(List.of(movers.ours(vm, limits), movers.ours(vm, limits)), false, Paint.OFF)
                .forEach(line -> out.println("warm-up  " + line));
        out.flush();
        List<Trip> ours = new ArrayList<>();
        List<Trip> virsh = new ArrayList<>();
        for (int pair = 0; pair < pairs; pair++) {
            // Who begins takes turns, so that each goes equally often in each direction.
            boolean first = pair % 2 == 0;
            if (first) {
                ours.add(movers.ours(vm, limits));
            }
            virsh.add(movers.virsh(vm, PAUSE, PAIR_BOUND));
            if (!first) {
                ours.add(movers.ours(vm, limits));
            }
        }
        allOurs.addAll(ours);
        allVirsh.addAll(virsh);
        show(out, ours);
        show(out, virsh);
        return MoveBars.ofPairs(ours, virsh);
    }

    private Bar busy(PrintWriter out, BenchLab bench, Movers movers, LabVm vm) throws IOException {
        vm.load(BUSY_RATE, BUSY_SET);
        shape(bench, SLOW_LINK);
        say(
                out,
                String.format(
                        Locale.ROOT,
                        "the same VM dirtying %.0f MiB/s over %d MiB, on links of %d MiB/s; virsh has %d s",
                        BUSY_RATE,
                        BUSY_SET,
                        SLOW_LINK,
                        bound));
        Duration time = Duration.ofSeconds(bound);
        List<Trip> virsh = List.of(movers.virsh(vm, PAUSE, time), movers.virsh(vm, PAUSE, time, "--auto-converge"));
        Bytes link = Bytes.ofMiB(SLOW_LINK);
        List<Trip> ours = new ArrayList<>();
        for (Movers.Limits limits : List.of(
                new Movers.Limits(Duration.ofMillis(300), false, link),
                new Movers.Limits(PAUSE, true, link),
                new Movers.Limits(Duration.ofSeconds(15), false, link))) {
            ours.add(movers.ours(vm, limits));
        }
        allOurs.addAll(ours);
        allVirsh.addAll(virsh);
        show(out, virsh);
        show(out, ours);
        return MoveBars.busy(ours, virsh);
    }

    /** A link not much slower than the busy load writes: the case for holding the guest back. */
    private void throttled(PrintWriter out, BenchLab bench, Movers movers, LabVm vm) throws IOException {
        shape(bench, MIDDLING_LINK);
        say(out, "the same busy VM on links of " + MIDDLING_LINK + " MiB/s");
        Trip trip = movers.ours(vm, new Movers.Limits(THROTTLED_PAUSE, false, Bytes.ofMiB(MIDDLING_LINK)));
        allOurs.add(trip);
        show(out, List.of(trip));
    }

    private static void shape(BenchLab bench, int mibPerSecond) throws IOException {
        for (LabHost host : bench.lab().hosts()) {
            host.shape(mibPerSecond);
        }
    }

    private static void say(PrintWriter out, String what) {
        out.println();
        out.println(what);
        out.flush();
    }

    private static void show(PrintWriter out, List<Trip> trips) {
        TRIPS.lines(trips, false, Paint.OFF).forEach(out::println);
        out.flush();
    }

    private static String millis(Optional<Duration> length) {
        return length.map(l -> String.format(Locale.ROOT, "%.0f", Trip.ms(l))).orElse("-");
    }
}
