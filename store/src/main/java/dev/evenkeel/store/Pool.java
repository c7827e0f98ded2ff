package dev.evenkeel.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.evenkeel.store.postgres.Database;
import java.time.Duration;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Connections, transactions, and errors in the store's own words. Safe for many threads. */
final class Pool implements AutoCloseable {
    /** How often a transaction that was undone by no fault of its own is done again. */
    private static final int TRIES = 5;

    private final Database database;
    private final HikariDataSource source;
    private final Jdbi jdbi;

    Pool(Database database, PoolSettings settings) {
        this.database = database;
        HikariConfig config = new HikariConfig();
        config.setPoolName("evenkeel-store");
        config.setDataSource(new DatabaseSource(database));
        config.setMaximumPoolSize(settings.connections());
        config.setMinimumIdle(Math.min(2, settings.connections()));
        config.setConnectionTimeout(settings.patience().toMillis());
        config.setValidationTimeout(Math.min(1000, settings.patience().toMillis()));
        config.setKeepaliveTime(Duration.ofMinutes(2).toMillis());
        config.setInitializationFailTimeout(-1); // the first use says what is wrong, in our words
        config.setConnectionInitSql("""
                SET search_path TO %s; SET statement_timeout TO %d; SET lock_timeout TO %d
                """.formatted(
                        Schema.NAME,
                        settings.statement().toMillis(),
                        settings.statement().toMillis()));
        source = new HikariDataSource(config);
        jdbi = Jdbi.create(source);
    }

    /** One piece of work with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T with(Handle handle);
    }

    /** What a transaction came to, and whether to keep what it wrote. */
    record Verdict<T>(T value, boolean keep) {
        static <T> Verdict<T> keep(T value) {
            return new Verdict<>(value, true);
        }

        static <T> Verdict<T> undo(T value) {
            return new Verdict<>(value, false);
        }
    }

    DataSource source() {
        return source;
    }

    Database database() {
        return database;
    }

    PgStore.PoolUse use() {
        HikariPoolMXBean bean = source.getHikariPoolMXBean();
        return bean == null
                ? new PgStore.PoolUse(0, 0, 0) // not used yet
                : new PgStore.PoolUse(
                        bean.getActiveConnections(), bean.getIdleConnections(), bean.getThreadsAwaitingConnection());
    }

    /** Runs one statement by itself. */
    <T> T alone(Work<T> work) {
        return translated(() -> {
            try (Handle handle = jdbi.open()) {
                return work.with(handle);
            }
        });
    }

    /** Runs a transaction, READ COMMITTED; again when the database undid it for the sake of another. */
    <T> T transaction(Work<Verdict<T>> work) {
        return translated(() -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    return attempt(work);
                } catch (RuntimeException e) {
                    if (attempt == TRIES || !Mishap.passing(e)) {
                        throw e;
                    }
                }
            }
        });
    }

    private <T> T attempt(Work<Verdict<T>> work) {
        try (Handle handle = jdbi.open()) {
            handle.begin();
            try {
                Verdict<T> verdict = work.with(handle);
                if (verdict.keep()) {
                    handle.commit();
                } else {
                    handle.rollback();
                }
                return verdict.value();
            } catch (RuntimeException e) {
                rollbackAfter(handle, e);
                throw e;
            }
        }
    }

    private static void rollbackAfter(Handle handle, RuntimeException failure) {
        try {
            if (handle.isInTransaction()) {
                handle.rollback();
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e); // the connection is gone, and the transaction with it
        }
    }

    private <T> T translated(java.util.function.Supplier<T> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            throw Mishap.of(e, database.trouble());
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
