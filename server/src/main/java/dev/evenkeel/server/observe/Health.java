package dev.evenkeel.server.observe;

import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.server.view.HealthView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Whether the server lives, and whether it takes orders. */
public final class Health {
    /** A loop comes round several times in this, even when the database is away. */
    private static final Duration STILL = Duration.ofSeconds(60);

    private final Supplier<Duration> stillness;
    private final Supplier<List<MigrationDomainId>> notLed;
    private final LongSupplier database;
    private final Supplier<Optional<String>> databaseTrouble;
    private final Supplier<Optional<String>> diskTrouble;
    private volatile boolean stopping;

    /**
     * @param stillness how long the slowest loop has not come round
     * @param notLed shards that this server does not lead at the moment
     * @param database throws when the database does not answer
     * @param databaseTrouble why the database is known to be down
     * @param diskTrouble why the disk of the state directory can't be worked on
     */
    public Health(
            Supplier<Duration> stillness,
            Supplier<List<MigrationDomainId>> notLed,
            LongSupplier database,
            Supplier<Optional<String>> databaseTrouble,
            Supplier<Optional<String>> diskTrouble) {
        this.stillness = stillness;
        this.notLed = notLed;
        this.database = database;
        this.databaseTrouble = databaseTrouble;
        this.diskTrouble = diskTrouble;
    }

    /** From now on the server is not ready: it stops. */
    public void stopping() {
        stopping = true;
    }

    HealthView alive() {
        Duration still = stillness.get();
        return HealthView.of(Map.of(
                "loops", still.compareTo(STILL) < 0 ? "ok" : "no turn for " + still.toSeconds() + " s; restart it"));
    }

    HealthView ready() {
        Map<String, String> checks = new TreeMap<>();
        checks.put("running", stopping ? "the server stops" : "ok");
        checks.put("database", database());
        checks.put("disk", diskTrouble.get().orElse("ok"));
        List<MigrationDomainId> missing = notLed.get();
        checks.put("leases", missing.isEmpty() ? "ok" : "not in charge of " + missing);
        return HealthView.of(checks);
    }

    private String database() {
        Optional<String> trouble = databaseTrouble.get();
        if (trouble.isPresent()) {
            return trouble.get();
        }
        try {
            return database.getAsLong() >= 0 ? "ok" : "the outbox is damaged";
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
