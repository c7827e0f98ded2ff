package dev.evenkeel.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evenkeel bench metadata}: a thousand VMs of one host ask what is about to happen to them. */
@Command(
        name = "metadata",
        description = "Measure the metadata service with 1,000 VMs that poll each second and wait for a change.",
        mixinStandardHelpOptions = true)
final class MetadataBench implements Callable<Integer> {
    private static final int VMS = 1000;
    private static final double P99_MILLIS = 50;
    private static final double MORE_MIB = 64;
    private static final Duration IDLE = Duration.ofSeconds(3);
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration HEARD = Duration.ofSeconds(10);
    /** Of proc(5)'s times; fixed on Linux. */
    private static final double TICKS_PER_SECOND = 100;
    /** As the launcher starts an agent. */
    private static final List<String> AGENT = List.of(
            "-Xms12m",
            "-Xmn5m",
            "-Xmx64m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dsun.net.httpserver.maxIdleConnections=4096"); // the rival's: it would hang up on most VMs

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--seconds", defaultValue = "30", description = "how long to measure")
    private int seconds;

    @Option(names = "--json", paramLabel = "FILE", description = "write the bars to this file")
    private @Nullable Path json;

    /** What a server came to. */
    private record Found(List<Double> millis, double cpu, double moreMib, double heardMillis, int failures) {
        double quantile(double q) {
            return millis.isEmpty()
                    ? Double.NaN
                    : millis.get((int) Math.min(millis.size() - 1L, (long) Math.ceil(millis.size() * q) - 1));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        out.printf("%d VMs, each at 1 Hz and with a request that waits; the server on one core, %d s%n", VMS, seconds);
        out.printf(
                "%-34s %8s %8s %8s %10s %8s %8s%n",
                "SERVER", "P50 MS", "P99 MS", "CPU %", "MORE MIB", "ALL HEARD", "FAILED");
        Found ours = run("ours");
        show(out, "Evenkeel's agent", ours);
        Found rival = run("rival");
        show(out, "JDK HttpServer, constant answer", rival);
        out.printf(
                Locale.ROOT,
                "ours to the rival: p99 %.2f, CPU %.2f, memory %.2f%n",
                ours.quantile(0.99) / rival.quantile(0.99),
                ours.cpu() / rival.cpu(),
                ours.moreMib() / rival.moreMib());
        return new BenchReport(
                        "metadata",
                        List.of(
                                Bar.atMost(
                                        "metadata-p99-ms",
                                        "the limit, ms",
                                        P99_MILLIS,
                                        ours.quantile(0.99),
                                        ours.millis()),
                                Bar.atMost(
                                        "metadata-more-mib",
                                        "the limit, MiB over idle",
                                        MORE_MIB,
                                        ours.moreMib(),
                                        List.of(ours.moreMib())),
                                Bar.atMost("metadata-failed", "none", 0, ours.failures(), List.of((double)
                                        ours.failures()))))
                .publish(out, json);
    }

    private static void show(PrintWriter out, String name, Found found) {
        out.printf(
                Locale.ROOT,
                "%-34s %8.2f %8.2f %8.1f %10.1f %6.0f ms %8d%n",
                name,
                found.quantile(0.5),
                found.quantile(0.99),
                found.cpu() * 100,
                found.moreMib(),
                found.heardMillis(),
                found.failures());
        out.flush();
    }

    private Found run(String kind) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("evenkeel-metadata");
        int port = freePort();
        Process server = start(kind, directory, port);
        try (MetadataLoad load = new MetadataLoad(VMS, port)) {
            TimeUnit.NANOSECONDS.sleep(IDLE.toNanos());
            double idle = resident(server);
            load.begin();
            TimeUnit.NANOSECONDS.sleep(WARM_UP.toNanos());
            load.measure();
            double cpuBefore = cpuSeconds(server);
            long began = System.nanoTime();
            double most = 0;
            for (int second = 0; second < seconds; second++) {
                TimeUnit.SECONDS.sleep(1);
                most = Math.max(most, resident(server));
            }
            double cpu = (cpuSeconds(server) - cpuBefore) / ((System.nanoTime() - began) / 1e9);
            List<Double> millis = load.millis();
            long changed = System.nanoTime();
            server.getOutputStream().write("change\n".getBytes(StandardCharsets.US_ASCII));
            server.getOutputStream().flush();
            double heard = load.allHeard(HEARD) ? (System.nanoTime() - changed) / 1e6 : Double.NaN;
            most = Math.max(most, resident(server));
            return new Found(millis, cpu, most - idle, heard, load.failures());
        } finally {
            server.destroy();
            server.waitFor();
            remove(directory);
        }
    }

    private static Process start(String kind, Path directory, int port) throws IOException {
        List<String> words = new ArrayList<>(List.of("taskset", "-c", "0"));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(AGENT);
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), MetadataTarget.class.getName()));
        words.addAll(List.of(kind, directory.toString(), Integer.toString(port), Integer.toString(VMS)));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        for (int b = process.getInputStream().read();
                b != '\n';
                b = process.getInputStream().read()) {
            if (b < 0) {
                throw new IOException("the server " + kind + " did not start");
            }
        }
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static double resident(Process process) throws IOException {
        return Resident.rssMib(Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")))
                .orElseThrow(() -> new IOException("the server has ended"));
    }

    private static double cpuSeconds(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(words[11]) + Long.parseLong(words[12])) / TICKS_PER_SECOND;
    }

    private static void remove(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
