package dev.evenkeel.bench;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.cli.output.Column;
import dev.evenkeel.cli.output.Paint;
import dev.evenkeel.cli.output.Table;
import dev.evenkeel.lab.KernelHosts;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.debian.Livepatches;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code evenkeel bench hotpatch}: a livepatch goes into the running kernel of a host and out again, by rollouts and by hand in turn.
 * What the host's VM felt is compared with undisturbed stretches of equal length just before; how long it took, from the order until the
 * last task has gone over, with what the kernel itself takes.
 */
@Command(
        name = "hotpatch",
        description =
                "Patch a host's running kernel: what its VM feels, and how long it takes beside the kernel itself.",
        mixinStandardHelpOptions = true)
final class HotPatchBench implements Callable<Integer> {
    private static final double GAP_RATIO = 1.5;
    private static final double LIVE_RATIO = 3;
    private static final Duration BEAT = Duration.ofMillis(50);
    private static final Duration REST = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String UPDATE = "kernel-fix-1";
    private static final String SYS = "/sys/kernel/livepatch/ek_fix1";
    private static final String ARRIVES = "until [ \"$(cat " + SYS + "/enabled " + SYS
            + "/transition 2>/dev/null | tr -d '\\n')\" = 10 ]; do sleep 0.1; done";
    private static final String BY_HAND = """
            read -r from idle </proc/uptime
            insmod /run/lab/ek_fix1.ko
            %s
            read -r to idle </proc/uptime
            echo 0 >%s/enabled
            while [ -e %s ]; do sleep 0.1; done
            rmmod ek_fix1
            echo "$from $to"
            """.formatted(ARRIVES, SYS, SYS);

    private static final Table<Round> TABLE = Table.of(
            Column.number("BY HAND", round -> words(round.byHand)),
            Column.number("BY ROLLOUT", round -> words(round.live)),
            Column.number("GAP", round -> round.gap.toMillis() + " ms"),
            Column.number("NORMAL GAP", round -> round.normal.toMillis() + " ms"));

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "the state directory (default: EVENKEEL_STATE, else XDG's)")
    private @Nullable Path state;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    @Option(names = "--rounds", defaultValue = "6", description = "how often (default ${DEFAULT-VALUE})")
    private int rounds;

    /**
     * One way in.
     *
     * @param byHand what the kernel takes, seconds
     * @param live from the order until it is live, seconds
     * @param gap the longest hole in the VM's heartbeats meanwhile
     */
    private record Round(double byHand, double live, Duration gap, Duration normal) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Path where = state != null ? state : StateDirectory.byDefault(System.getenv());
        LabSpec lab = LabSpec.in(where)
                .withName("ekbenchhot")
                .withControlPlane(true)
                .withVms(List.of())
                .withKernelHosts(KernelHosts.of(1).withBeatPeriod(BEAT))
                .withHosts(0);
        Progress progress = Progress.on(System.out);
        List<Round> all = new ArrayList<>();
        try (BenchLab bench = BenchLab.up(lab, progress)) {
            LabVm vm = bench.lab().vms().getFirst();
            LabHost host = bench.hostOf(vm);
            Evenkeel evenkeel = new Evenkeel(bench.lab());
            Livepatches made = bench.lab().livepatches(progress);
            must(evenkeel.show("update", "apply", "-f", made.fix(1).toString()));
            String kernel = host.command(List.of("uname", "-r")).check().strip();
            host.put(made.fix(1).resolve("ek_fix1-" + kernel + ".ko"), "/run/lab/ek_fix1.ko");
            progress.step("once, so that the payload lies on the host");
            must(evenkeel.show("rollout", "start", UPDATE, "--wait"));
            must(evenkeel.show("rollout", "undo", UPDATE, "--wait"));
            for (int i = 0; i < rounds; i++) {
                progress.step("round " + (i + 1) + " of " + rounds);
                all.add(round(bench, vm, host, evenkeel));
            }
        }
        TABLE.lines(all, false, Paint.OFF).forEach(out::println);
        out.flush();
        return new BenchReport("hotpatch", bars(all)).publish(out, json);
    }

    private static List<Bar> bars(List<Round> all) {
        double gap = all.stream().mapToLong(r -> r.gap.toNanos()).max().orElse(0);
        double normal = all.stream().mapToLong(r -> r.normal.toNanos()).max().orElse(0);
        double byHand = Bar.median(all.stream().map(Round::byHand).toList());
        return List.of(
                Bar.atMost(
                        "gap-vs-undisturbed",
                        String.format(Locale.ROOT, "longest undisturbed: %.0f ms", normal / 1e6),
                        GAP_RATIO,
                        normal == 0 ? Double.NaN : gap / normal,
                        all.stream().map(r -> r.gap.toNanos() / 1e6).toList()),
                Bar.medianAtMost(
                        "live-vs-kernel",
                        String.format(Locale.ROOT, "the kernel's own: %.1f s", byHand),
                        LIVE_RATIO,
                        all.stream().map(r -> r.live / byHand).toList()));
    }

    private static Round round(BenchLab bench, LabVm vm, LabHost host, Evenkeel evenkeel)
            throws IOException, InterruptedException {
        String[] uptimes =
                host.command(List.of("sh", "-c", BY_HAND)).check().strip().split(" ");
        double byHand = Double.parseDouble(uptimes[1]) - Double.parseDouble(uptimes[0]);
        BenchLab.settle(vm, REST);
        CompletableFuture<Instant> live = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        host.command(List.of("sh", "-c", ARRIVES))
                                .within(PATIENCE)
                                .check();
                        return Instant.now();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
        String rollout = evenkeel.json("rollout", "start", UPDATE).get("id").asString();
        Instant ordered = Instant.parse(
                evenkeel.json("rollout", "status", rollout).get("orderedAt").asString());
        Instant arrived;
        try {
            arrived = live.get();
        } catch (ExecutionException e) {
            throw new IOException("the livepatch was not seen to be live", e);
        }
        must(evenkeel.show("rollout", "watch", rollout));
        BenchLab.settle(vm, Duration.ofSeconds(1));
        Pulse pulse = vm.pulse();
        must(evenkeel.show("rollout", "undo", UPDATE, "--wait"));
        if (pulse.restarts(ordered, arrived) > 0) {
            throw new IOException(vm + " of " + bench.lab().name() + " was restarted in the measurement");
        }
        return new Round(
                byHand,
                Duration.between(ordered, arrived).toNanos() / 1e9,
                pulse.gap(ordered, arrived),
                pulse.normalGap(ordered, arrived));
    }

    private static void must(int exit) throws IOException {
        if (exit != 0) {
            throw new IOException("a command of evenkeel ended with " + exit);
        }
    }

    private static String words(double seconds) {
        return String.format(Locale.ROOT, "%.1f s", seconds);
    }
}
