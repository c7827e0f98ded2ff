package dev.evenkeel.bench;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.migrate.Daemons;
import dev.evenkeel.agent.migrate.LiveMigration;
import dev.evenkeel.agent.migrate.LoadProbe;
import dev.evenkeel.agent.migrate.Measurements;
import dev.evenkeel.agent.migrate.MigrationRequest;
import dev.evenkeel.agent.migrate.MigrationResult;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.MigrationForecast;
import dev.evenkeel.core.impact.MigrationModel;
import dev.evenkeel.lab.LabHost;
import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.beat.Pulse;
import dev.evenkeel.lab.os.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Moves a VM between the two hosts of a lab, by the agent's own code or by virsh, over the same unencrypted transport, and watches
 * it from outside. As an agent does, it measures loads before and learns the link's constants from each move of its own.
 */
final class Movers implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(3);
    /** So many beats after a move tell how far the guest's clock fell behind. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(1);

    private static final Pattern DOWNTIME = Pattern.compile("Total downtime:\\s+(\\d+)\\s+ms");

    private final BenchLab bench;
    private final LoadProbe loads = new LoadProbe();
    private final Map<String, LiveMigration> movers = new HashMap<>();
    private final Map<String, MigrationModel> models = new HashMap<>();

    Movers(BenchLab bench, Path records) {
        this.bench = bench;
        for (LabHost host : bench.lab().hosts()) {
            movers.put(
                    host.name(), new LiveMigration(daemons(host), loads, records.resolve(host.name()), path -> false));
        }
    }

    /** What an owner and an operator allow a move. */
    record Limits(
            Duration maxPause, boolean postCopy, @Nullable Bytes bandwidth) {}

    /** Moves the VM to the other host by our own code. */
    Trip ours(LabVm vm, Limits limits) throws IOException {
        LabHost from = bench.hostOf(vm);
        LabHost to = other(from);
        measureLoads(from);
        MigrationModel model = models.getOrDefault(from.name(), MigrationModel.DEFAULT);
        MigrationRequest request = new MigrationRequest(
                idOf(vm, from),
                to.plainUri(),
                to.address(),
                limits.maxPause(),
                limits.postCopy(),
                limits.bandwidth(),
                DEADLINE,
                model);
        LiveMigration mover = java.util.Objects.requireNonNull(movers.get(from.name()));
        Instant begin = Instant.now();
        MigrationResult result = mover.migrate(request);
        Instant end = Instant.now();
        Optional<Measurements> measured =
                result instanceof MigrationResult.Moved moved ? Optional.of(moved.measurements()) : Optional.empty();
        measured.ifPresent(m -> models.put(from.name(), m.learned(model)));
        return seen(
                vm,
                "evenkeel",
                endOf(result),
                wordsOf(result),
                limits.maxPause(),
                begin,
                end,
                measured.map(Measurements::stop),
                measured.flatMap(Measurements::forecast));
    }

    /**
     * Lets virsh move the VM to the other host with its defaults, and gives that up when it takes longer than a bound.
     *
     * @param more further options of {@code virsh migrate}
     */
    Trip virsh(LabVm vm, Duration maxPause, Duration bound, String... more) throws IOException {
        LabHost from = bench.hostOf(vm);
        LabHost to = other(from);
        measureLoads(from); // for equal conditions
        List<String> words = new ArrayList<>(List.of(
                "virsh",
                "-q",
                "-c",
                "qemu:///system",
                "migrate",
                "--live",
                "--p2p",
                "--persistent",
                "--undefinesource"));
        words.addAll(List.of(more));
        words.addAll(List.of(vm.name(), to.plainUri()));
        Command command = from.command(words).within(bound.plus(BenchLab.PATIENCE.multipliedBy(2)));
        Instant begin = Instant.now();
        Command.Result result = within(command, bound, from, vm);
        Instant end = Instant.now();
        Optional<Duration> downtime = result.ok() ? downtime(to, vm) : Optional.empty();
        String how = result.ok() ? "moved" : "not within " + bound.toSeconds() + " s";
        Trip.End ending = result.ok() ? Trip.End.MOVED : Trip.End.NOT_MOVED;
        if (!result.ok() && Duration.between(begin, end).compareTo(bound) < 0) {
            how = "failed: " + result.complaint();
        }
        return seen(
                vm,
                String.join(" ", "virsh", String.join(" ", more)).strip(),
                ending,
                how,
                maxPause,
                begin,
                end,
                downtime,
                Optional.empty());
    }

    private static Command.Result within(Command command, Duration bound, LabHost from, LabVm vm) throws IOException {
        CompletableFuture<Command.Result> run = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return command.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                r -> Thread.ofVirtual().start(r));
        try {
            try {
                return run.get(bound.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                from.tryVirsh("domjobabort", vm.name());
                return run.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("virsh migrate " + vm + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while virsh moved " + vm);
        }
    }

    private Trip seen(
            LabVm vm,
            String who,
            Trip.End ending,
            String how,
            Duration maxPause,
            Instant begin,
            Instant end,
            Optional<Duration> accounted,
            Optional<MigrationForecast> forecast)
            throws IOException {
        BenchLab.settle(vm, AFTERWARDS);
        Duration total = Duration.between(begin, end);
        Pulse pulse = vm.pulse(begin.minus(total).minus(AFTERWARDS));
        if (pulse.restarts(begin, end) > 0 || pulse.badPages(begin, Instant.now()) > 0) {
            throw new IOException(vm + " was restarted or damaged in a move by " + who);
        }
        return new Trip(
                who,
                ending,
                how,
                maxPause,
                pulse.stop(begin, end),
                accounted,
                pulse.gap(begin, end),
                pulse.normalGap(begin, end),
                total,
                forecast.map(MigrationForecast::stop),
                forecast.map(MigrationForecast::total));
    }

    private static Trip.End endOf(MigrationResult result) {
        return switch (result) {
            case MigrationResult.Moved moved ->
                moved.measurements().postCopy() ? Trip.End.MOVED_BY_POST_COPY : Trip.End.MOVED;
            case MigrationResult.Refused refused ->
                refused.why().stream().allMatch(r -> r.evidence().containsKey("forecastStop"))
                        ? Trip.End.REFUSED_WITH_FORECAST
                        : Trip.End.NOT_MOVED;
            case MigrationResult.Failed _, MigrationResult.Unknown _ -> Trip.End.NOT_MOVED;
        };
    }

    private static String wordsOf(MigrationResult result) {
        return switch (result) {
            case MigrationResult.Moved moved ->
                moved.measurements().postCopy()
                        ? "post-copy"
                        : moved.measurements()
                                .forecast()
                                .map(f -> f.way() == MigrationForecast.Way.THROTTLED
                                        ? "held back, foreseen at " + f.throttlePercent() + " %"
                                        : "pre-copy")
                                .orElse("pre-copy");
            case MigrationResult.Refused refused -> words(refused.why().getFirst());
            case MigrationResult.Failed failed -> "failed: " + words(failed.why());
            case MigrationResult.Unknown unknown -> "unknown: " + words(unknown.evidence());
        };
    }

    private static String words(Refusal why) {
        String foreseen = why.evidence().getOrDefault("forecastStop", "");
        return why.code() + (foreseen.isEmpty() ? " " + why.why() : ", forecast stop " + foreseen);
    }

    private static Optional<Duration> downtime(LabHost host, LabVm vm) throws IOException {
        Matcher found = DOWNTIME.matcher(
                host.tryVirsh("domjobinfo", vm.name(), "--completed").out());
        return found.find() ? Optional.of(Duration.ofMillis(Long.parseLong(found.group(1)))) : Optional.empty();
    }

    private Daemons daemons(LabHost host) {
        return new Daemons() {
            @Override
            public Connection local() {
                return bench.open(host);
            }

            @Override
            public Connection at(String destinationUri) {
                return bench.lab().hosts().stream()
                        .filter(h -> h.plainUri().equals(destinationUri))
                        .findFirst()
                        .map(bench::open)
                        .orElseThrow();
            }
        };
    }

    private LabHost other(LabHost host) {
        return bench.lab().hosts().stream()
                .filter(h -> h.number() != host.number())
                .findFirst()
                .orElseThrow();
    }

    private void measureLoads(LabHost host) {
        try (Connection connection = bench.open(host)) {
            loads.refresh(connection);
        }
    }

    private VmId idOf(LabVm vm, LabHost host) {
        try (Connection connection = bench.open(host);
                Domain domain = connection.domain(vm.name()).orElseThrow()) {
            return new VmId(domain.id().toString());
        }
    }

    @Override
    public void close() {
        movers.values().forEach(LiveMigration::close);
    }
}
