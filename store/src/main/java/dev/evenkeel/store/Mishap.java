package dev.evenkeel.store;

import dev.evenkeel.store.StoreUnavailable.Reason;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an error of the database means. SQLSTATE classes: <a
 * href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL, appendix A</a>.
 */
final class Mishap {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String SERIALIZATION_FAILURE = "40001";
    private static final String DEADLOCK = "40P01";
    private static final String STATEMENT_TIMEOUT = "57014";
    private static final String LOCK_TIMEOUT = "55P03";
    private static final String TOO_MANY_CONNECTIONS = "53300";
    private static final String DISK_FULL = "53100";
    private static final String READ_ONLY = "25006";

    private Mishap() {}

    /** Whether the transaction was undone for reasons that will not be there the next time. */
    static boolean passing(Throwable failure) {
        String state = state(failure);
        return state.equals(SERIALIZATION_FAILURE) || state.equals(DEADLOCK);
    }

    static boolean doubled(Throwable failure) {
        return state(failure).equals(UNIQUE_VIOLATION);
    }

    /**
     * The exception to throw instead: {@link StoreUnavailable} for trouble of the outside world, the failure itself
     * where it is a bug of ours.
     *
     * @param known why the database is known to be down, if it is
     */
    static RuntimeException of(RuntimeException failure, Optional<String> known) {
        @Nullable SQLException cause = sql(failure);
        if (cause == null) {
            return failure;
        }
        Optional<Reason> reason = reason(cause);
        if (reason.isEmpty()) {
            return failure;
        }
        String why = known.orElse(String.valueOf(cause.getMessage()));
        boolean full = why.contains("No space left on device");
        return new StoreUnavailable(
                full ? Reason.DISK_FULL : reason.get(), "The database is not available: " + why, failure);
    }

    private static Optional<Reason> reason(SQLException cause) {
        String state = Optional.ofNullable(cause.getSQLState()).orElse("");
        return switch (state) {
            case DISK_FULL -> Optional.of(Reason.DISK_FULL);
            case READ_ONLY -> Optional.of(Reason.READ_ONLY);
            case STATEMENT_TIMEOUT, LOCK_TIMEOUT, TOO_MANY_CONNECTIONS, SERIALIZATION_FAILURE, DEADLOCK ->
                Optional.of(Reason.OVERLOADED);
            default -> byClass(state, cause);
        };
    }

    private static Optional<Reason> byClass(String state, SQLException cause) {
        return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "08", "57", "28" -> Optional.of(Reason.UNREACHABLE);
            case "53" -> Optional.of(Reason.OVERLOADED);
            case "58", "XX" -> Optional.of(Reason.DAMAGED);
            // the pool found no connection in time
            default ->
                cause instanceof SQLTransientConnectionException ? Optional.of(Reason.UNREACHABLE) : Optional.empty();
        };
    }

    private static String state(Throwable failure) {
        SQLException cause = sql(failure);
        return cause == null ? "" : Optional.ofNullable(cause.getSQLState()).orElse("");
    }

    private static @Nullable SQLException sql(Throwable failure) {
        for (Throwable it = failure; it != null; it = it.getCause()) {
            if (it instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }
}
