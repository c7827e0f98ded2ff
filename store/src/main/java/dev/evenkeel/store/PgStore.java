package dev.evenkeel.store;

import dev.evenkeel.store.postgres.Database;
import dev.evenkeel.store.postgres.PostgresTrouble;
import java.time.LocalDate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that the server keeps in PostgreSQL, on one pool of connections. Closing it leaves the database running. */
public final class PgStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgStore.class);
    private static final int MONTHS_AHEAD = 3;
    private static final int UPKEEP_LOCK = 0x65766b6d;

    private final Pool pool;
    private final PgRunStore runs;
    private final PgHosts hosts;
    private final PgUpdates updates;
    private final PgJoinTokens joinTokens;
    private final PgAnswers answers;
    private final PgObservations observations;
    private final PgAudit audit;
    private final PgVmDocuments vmDocuments;
    private final PgWindows windows;
    private final PgExemptions exemptions;
    private final PgApiTokens apiTokens;
    private final PgOwnerSettings ownerSettings;
    private final PgScheduledEvents scheduledEvents;
    private final PgWebhooks webhooks;
    private final PgDeliveries deliveries;

    private PgStore(Pool pool) {
        this.pool = pool;
        this.runs = new PgRunStore(pool);
        this.hosts = new PgHosts(pool);
        this.updates = new PgUpdates(pool);
        this.joinTokens = new PgJoinTokens(pool);
        this.answers = new PgAnswers(pool);
        this.observations = new PgObservations(pool);
        this.audit = new PgAudit(pool);
        this.vmDocuments = new PgVmDocuments(pool);
        this.windows = new PgWindows(pool);
        this.exemptions = new PgExemptions(pool);
        this.apiTokens = new PgApiTokens(pool);
        this.ownerSettings = new PgOwnerSettings(pool);
        this.scheduledEvents = new PgScheduledEvents(pool);
        this.webhooks = new PgWebhooks(pool);
        this.deliveries = new PgDeliveries(pool);
    }

    /**
     * Connects, brings the tables up to date and makes the partitions of the coming months.
     *
     * @throws PostgresTrouble when the tables cannot be made, or belong to a newer version
     */
    public static PgStore open(Database database, PoolSettings settings) throws PostgresTrouble {
        Pool pool = new Pool(database, settings);
        try {
            Schema.migrate(pool);
            PgStore store = new PgStore(pool);
            store.upkeep();
            return store;
        } catch (PostgresTrouble | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    public PgRunStore runs() {
        return runs;
    }

    public PgHosts hosts() {
        return hosts;
    }

    public PgUpdates updates() {
        return updates;
    }

    public PgJoinTokens joinTokens() {
        return joinTokens;
    }

    public PgAnswers answers() {
        return answers;
    }

    public PgObservations observations() {
        return observations;
    }

    public PgAudit audit() {
        return audit;
    }

    public PgVmDocuments vmDocuments() {
        return vmDocuments;
    }

    public PgWindows windows() {
        return windows;
    }

    public PgExemptions exemptions() {
        return exemptions;
    }

    public PgApiTokens apiTokens() {
        return apiTokens;
    }

    public PgOwnerSettings ownerSettings() {
        return ownerSettings;
    }

    public PgScheduledEvents scheduledEvents() {
        return scheduledEvents;
    }

    public PgWebhooks webhooks() {
        return webhooks;
    }

    public PgDeliveries deliveries() {
        return deliveries;
    }

    /** A secret that all servers on this database share; {@code fresh} is kept when there is none of this name. */
    public byte[] sharedSecret(String name, byte[] fresh) {
        return pool.alone(handle -> {
            handle.createUpdate("INSERT INTO shared_secret (name, secret) VALUES (:name, :secret)"
                            + " ON CONFLICT (name) DO NOTHING")
                    .bind("name", name)
                    .bind("secret", fresh)
                    .execute();
            return handle.createQuery("SELECT secret FROM shared_secret WHERE name = :name")
                    .bind("name", name)
                    .mapTo(byte[].class)
                    .one();
        });
    }

    /** The sequence of the newest notice, 0 before the first. */
    public long newestNotice() {
        return pool.alone(handle -> handle.createQuery("SELECT last FROM notice_counter")
                .mapTo(Long.class)
                .one());
    }

    /** How the connections are used now. */
    public PoolUse poolUse() {
        return pool.use();
    }

    /**
     * Connections, for metrics.
     *
     * @param waiting threads that wait for one
     */
    public record PoolUse(int active, int idle, int waiting) {}

    /**
     * Makes the partitions of this month and the next ones by the database's clock. To be called once a day; a month
     * without its partition is not lost, its rows go to the default one and move over later. Forgets what of scheduled
     * events and deliveries was kept for long enough.
     */
    public void upkeep() {
        LocalDate today = pool.alone(handle -> handle.createQuery("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")
                .mapTo(LocalDate.class)
                .one());
        LocalDate month = today.withDayOfMonth(1);
        for (int ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
            ensureMonth("run_event", "at", month.plusMonths(ahead));
            ensureMonth("ledger", "ended_at", month.plusMonths(ahead));
        }
        deliveries.sweep();
        scheduledEvents.sweep();
    }

    void ensureMonth(String table, String key, LocalDate month) {
        boolean made = pool.transaction(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(?, 0)", UPKEEP_LOCK); // other servers do this too
            return Pool.Verdict.keep(handle.createQuery("SELECT ensure_month(:table, :key, :month)")
                    .bind("table", table)
                    .bind("key", key)
                    .bind("month", month)
                    .mapTo(Boolean.class)
                    .one());
        });
        if (made) {
            LOG.debug("Made the partition of {} for {}", table, month);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
