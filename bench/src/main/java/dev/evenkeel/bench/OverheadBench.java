package dev.evenkeel.bench;

import dev.evenkeel.bench.demo.Evenkeel;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabSpec;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.Progress;
import dev.evenkeel.lab.StateDirectory;
import dev.evenkeel.lab.debian.UpdatePackages;
import dev.evenkeel.lab.os.ProcessMark;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code evenkeel bench overhead}: what Evenkeel itself costs, in memory and in waiting. */
@Command(
        name = "overhead",
        description =
                "Measure how soon a rollout moves its first VM, what server and agents weigh, and how soon the CLI answers.",
        mixinStandardHelpOptions = true)
final class OverheadBench implements Callable<Integer> {
    private static final double FIRST_MOVE_SECONDS = 2;
    private static final double SERVER_MIB = 250;
    private static final double AGENT_MIB = 120;
    private static final double CLI_SECONDS = 1;

    private static final int STARTS = 10;
    private static final int LOOKS = 5;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(3);
    /** Agents measure their VMs' loads and the server's start-up garbage settles. */
    private static final Duration UNTIL_IDLE = Duration.ofSeconds(20);

    private static final Duration FIRST_MOVE_PATIENCE = Duration.ofMinutes(2);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "the state directory (default: EVENKEEL_STATE, else XDG's)")
    private @Nullable Path state;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Path where = state != null ? state : StateDirectory.byDefault(System.getenv());
        LabSpec lab = LabSpec.in(where).withName("ekbenchovr").withControlPlane(true);
        Progress progress = Progress.on(System.out);
        List<Bar> bars = new ArrayList<>();
        try (BenchLab bench = BenchLab.up(lab, progress)) {
            LabVm vm = bench.lab().vms().getFirst();
            progress.step("letting server and agents come to rest");
            BenchLab.settle(vm, UNTIL_IDLE);
            List<Bar> weights = weights(out, bench, vm);
            Bar starts = starts(out);
            progress.step("getting a real update for the rollout");
            bars.add(firstMove(out, bench, where, progress));
            bars.addAll(weights);
            bars.add(starts);
        }
        return new BenchReport("overhead", bars).publish(out, json);
    }

    private static List<Bar> weights(PrintWriter out, BenchLab bench, LabVm vm) throws IOException {
        List<Double> server = new ArrayList<>();
        List<Double> agents = new ArrayList<>();
        ProcessMark serverProcess = bench.lab()
                .process("server")
                .orElseThrow(() -> new IOException("the lab's server does not run; see server.log in "
                        + bench.lab().directory()));
        for (int look = 0; look < LOOKS; look++) {
            BenchLab.settle(vm, BETWEEN_LOOKS);
            Resident.rssMib(Files.readString(Path.of("/proc", Long.toString(serverProcess.pid()), "status")))
                    .ifPresent(server::add);
            for (LabHost host : bench.lab().hosts()) {
                Resident.rssMib(host.exec("sh", "-c", "cat /proc/$(cat /run/lab/agent.pid)/status")
                                .out())
                        .ifPresent(agents::add);
            }
        }
        double database = Resident.childrenPssMib(serverProcess.pid());
        out.printf(Locale.ROOT, "beside the server, its PostgreSQL holds %.0f MiB (proportional)%n", database);
        out.flush();
        return List.of(
                largest("server-rss-mib", "the limit, MiB", SERVER_MIB, server),
                largest("agent-rss-mib", "the limit, MiB; the heaviest agent", AGENT_MIB, agents));
    }

    /** Of an idle process the largest look counts, not the kindest. */
    static Bar largest(String name, String rival, double limit, List<Double> looks) {
        OptionalDouble most = looks.stream().mapToDouble(l -> l).max();
        return Bar.atMost(name, rival, limit, most.orElse(Double.NaN), looks);
    }

    /** Starts of the CLI through the launcher, after a first one that may build and make its caches. */
    private static Bar starts(PrintWriter out) throws IOException, InterruptedException {
        String home = System.getenv().getOrDefault("EVENKEEL_HOME", "");
        List<Double> seconds = new ArrayList<>();
        if (home.isEmpty()) {
            out.println("the CLI's start is not measured: run this through the launcher, ./evenkeel bench overhead");
        } else {
            Path launcher = Path.of(home, "evenkeel");
            start(launcher);
            for (int i = 0; i < STARTS; i++) {
                long began = System.nanoTime();
                start(launcher);
                seconds.add((System.nanoTime() - began) / 1e9);
            }
        }
        return Bar.medianAtMost("cli-start-s", "the limit, s; median", CLI_SECONDS, seconds);
    }

    private static void start(Path launcher) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(launcher.toString(), "version")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException(launcher + " version ended with " + exit);
        }
    }

    private static Bar firstMove(PrintWriter out, BenchLab bench, Path where, Progress progress)
            throws IOException, InterruptedException {
        Path directory = bench.lab().vmmUpdate(progress);
        Update update = UpdatePackages.read(directory);
        Evenkeel evenkeel = new Evenkeel(bench.lab());
        if (evenkeel.show("update", "apply", "-f", directory.toString()) != 0) {
            throw new IOException("evenkeel update apply -f " + directory + " failed");
        }
        List<Double> seconds = new ArrayList<>();
        try (FirstMove first = new FirstMove(bench)) {
            CompletableFuture<Optional<Instant>> seen = first.watch(FIRST_MOVE_PATIENCE);
            Instant typed = Instant.now();
            JsonNode rollout = evenkeel.json("rollout", "start", update.id().value(), "--reason", "bench overhead");
            Instant ordered = Instant.parse(rollout.get("orderedAt").asString());
            Optional<Instant> moved = seen.get();
            if (moved.isPresent()) {
                seconds.add(Trip.ms(Duration.between(ordered, moved.get())) / 1000);
                out.printf(
                        Locale.ROOT,
                        "%.2f s from the first key of rollout start, with the start of a JVM without caches%n",
                        Trip.ms(Duration.between(typed, moved.get())) / 1000);
            } else {
                out.println("no VM moved within " + FIRST_MOVE_PATIENCE.toSeconds() + " s; the rollout: "
                        + evenkeel.run("rollout", "status").out());
            }
        } catch (ExecutionException e) {
            throw new IOException("watching for the first move: " + e.getCause(), e);
        }
        return Bar.medianAtMost(
                "first-move-s", "the limit, s; from the order to libvirt's migration", FIRST_MOVE_SECONDS, seconds);
    }
}
