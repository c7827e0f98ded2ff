package dev.evenkeel.store.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL database that the store works on: our own embedded one, or the operator's. */
public sealed interface Database extends AutoCloseable permits EmbeddedPostgres, OperatorDatabase {

    /**
     * Opens one connection; the address is looked up anew each time, because an embedded server that was restarted
     * may have moved to another port.
     *
     * @throws SQLException when the database cannot be reached or refuses us
     */
    Connection connect() throws SQLException;

    /** Why the database is known to be down, in words for the operator; empty while it runs as far as we know. */
    Optional<String> trouble();

    /** Where the database is, for logs and for an operator who wants to look inside; without the password. */
    String describe();

    /** Lets go of the database; an embedded server is shut down cleanly. Does nothing the second time. */
    @Override
    void close();

    /**
     * Opens the operator's database when a URL is given, else starts the embedded one.
     *
     * @param url value of {@code --database}, or null
     * @param state the state directory (used by the embedded server only)
     * @param environment the process's environment; {@code PGPASSWORD} is honoured so that a password need not stand in
     *     the command line
     * @throws PostgresTrouble when there is no usable database, with the remedy
     */
    static Database open(@Nullable String url, Path state, Map<String, String> environment) throws PostgresTrouble {
        return url == null
                ? EmbeddedPostgres.start(PostgresPlace.under(state))
                : OperatorDatabase.open(url, environment);
    }
}
