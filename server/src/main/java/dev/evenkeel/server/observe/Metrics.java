package dev.evenkeel.server.observe;

import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunStore;
import dev.evenkeel.core.engine.RunStore.RunQuery;
import dev.evenkeel.core.engine.StoredRun;
import dev.evenkeel.core.engine.TimeSource;
import dev.evenkeel.core.fleet.Fleet;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.update.PatchFile;
import dev.evenkeel.server.fleet.FleetRegistry;
import dev.evenkeel.store.PgStore;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The metrics. What the store and the registry know is asked when Prometheus asks, so it is never stale. */
public final class Metrics {
    private static final int ACTIVE_RUNS = 10_000;
    private static final double[] STOPS = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30};

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram stops;
    private final Counter moves;
    private final Histogram requests;
    private final Counter deliveries;

    public Metrics() {
        stops = Histogram.builder()
                .name("evenkeel_vm_stop_seconds")
                .help("How long VMs did not run while they were moved, by the ledger, since the start")
                .unit(Unit.SECONDS)
                .classicOnly()
                .classicUpperBounds(STOPS)
                .register(registry);
        moves = Counter.builder()
                .name("evenkeel_moves_total")
                .help("Moves that ended, by how, since the start")
                .labelNames("outcome")
                .register(registry);
        requests = Histogram.builder()
                .name("evenkeel_http_request_seconds")
                .help("Requests to the API")
                .unit(Unit.SECONDS)
                .classicOnly()
                .classicUpperBounds(0.005, 0.02, 0.1, 0.5, 2, 10)
                .labelNames("method", "route", "status")
                .register(registry);
        deliveries = Counter.builder()
                .name("evenkeel_webhook_attempts_total")
                .help("Attempts to deliver to webhooks: delivered, failed (and tried again), dead; since the start")
                .labelNames("outcome")
                .register(registry);
    }

    /** A delivery was tried. */
    public void delivery(String outcome) {
        deliveries.labelValues(outcome).inc();
    }

    public PrometheusRegistry registry() {
        return registry;
    }

    /** A request to the API ended. */
    public void request(String method, String route, int status, long nanos) {
        requests.labelValues(method, route, Integer.toString(status)).observe(Unit.nanosToSeconds(nanos));
    }

    /** An effect ended; only moves are counted. */
    public void ended(Outcome outcome, boolean move) {
        if (move) {
            moves.labelValues(outcome.getClass().getSimpleName()).inc();
        }
        if (outcome instanceof Outcome.Moved moved) {
            stops.observe(Unit.nanosToSeconds(moved.stop().toNanos()));
        }
        if (outcome instanceof Outcome.Switched switched) {
            switched.stood()
                    .forEach(stood ->
                            stops.observe(Unit.nanosToSeconds(stood.stop().toNanos())));
        }
    }

    /** Adds what is asked at each scrape. */
    public void watch(FleetRegistry fleet, PgStore store, Supplier<Duration> stillness, TimeSource time) {
        gauge("evenkeel_hosts", "Hosts by state", "state", () -> hosts(fleet.snapshot(time.now())));
        gauge(
                "evenkeel_vms",
                "VMs by state",
                "state",
                () -> count(
                        fleet.snapshot(time.now()).allVms(), vm -> vm.state().name()));
        gauge(
                "evenkeel_hot_patches",
                "Hot patches on hosts by state; FOREIGN was brought in by others, MISSING ought to be live",
                "state",
                () -> count(
                        fleet.snapshot(time.now()).hosts().values().stream()
                                .flatMap(host -> host.facts().versions().entrySet().stream())
                                .filter(fact -> PatchFile.isFact(fact.getKey()))
                                .toList(),
                        fact -> PatchFile.Standing.of(fact.getValue()).name()));
        RunStore runs = store.runs();
        gauge(
                "evenkeel_runs",
                "Host runs and rollouts that are not over, by kind and state",
                "state",
                () -> count(runs.runs(new RunQuery(null, true, null, ACTIVE_RUNS)), Metrics::kindAndState));
        gauge(
                "evenkeel_runs_needing_person",
                "Runs that wait for a person",
                "kind",
                () -> count(
                        runs.runs(new RunQuery(null, true, null, ACTIVE_RUNS)).stream()
                                .filter(stored -> stored.run().needsPerson())
                                .toList(),
                        stored -> stored.run().getClass().getSimpleName()));
        gauge("evenkeel_effects_outstanding", "Orders without an outcome, by migration domain", "domain", () -> {
            Map<String, Double> all = new TreeMap<>();
            for (MigrationDomainId shard : fleet.shards()) {
                all.put(shard.value(), (double) runs.outstanding(shard).size());
            }
            return all;
        });
        gauge("evenkeel_webhook_deliveries", "What webhooks are to be told, by state", "state", () -> {
            Map<String, Double> all = new TreeMap<>();
            store.deliveries().counts().forEach((state, count) -> all.put(state.name(), (double) count));
            return all;
        });
        gauge("evenkeel_database_connections", "Connections to PostgreSQL", "state", () -> {
            PgStore.PoolUse use = store.poolUse();
            return Map.of(
                    "active", (double) use.active(), "idle", (double) use.idle(), "waiting", (double) use.waiting());
        });
        GaugeWithCallback.builder()
                .name("evenkeel_loop_still_seconds")
                .help("How long the engine loop that stands still longest has not come round")
                .callback(callback ->
                        callback.call(Unit.nanosToSeconds(stillness.get().toNanos())))
                .register(registry);
        GaugeWithCallback.builder()
                .name("process_resident_memory_bytes")
                .help("Memory of this process in RAM")
                .callback(callback -> callback.call(ProcessMemory.resident().value()))
                .register(registry);
    }

    private void gauge(String name, String help, String label, Supplier<Map<String, Double>> values) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(callback -> values.get().forEach((value, number) -> callback.call(number, value)))
                .register(registry);
    }

    private static Map<String, Double> hosts(Fleet fleet) {
        return count(fleet.hosts().values(), Metrics::state);
    }

    private static String state(Host host) {
        if (!host.reachable()) {
            return "SILENT";
        }
        return host.cordoned() ? "CORDONED" : host.inMaintenance() ? "IN_MAINTENANCE" : "READY";
    }

    private static String kindAndState(StoredRun stored) {
        return stored.run().getClass().getSimpleName() + "." + stored.run().stateName();
    }

    private static <T> Map<String, Double> count(Iterable<T> items, Function<T, String> by) {
        return java.util.stream.StreamSupport.stream(items.spliterator(), false)
                .collect(Collectors.groupingBy(by, TreeMap::new, Collectors.summingDouble(item -> 1)));
    }
}
