package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL that somebody else runs, given by {@code --database URL}. We only look whether it will do. */
public final class OperatorDatabase implements Database {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorDatabase.class);
    private static final int OLDEST_MAJOR = 14;

    private final DatabaseUrl url;

    private OperatorDatabase(DatabaseUrl url) {
        this.url = url;
    }

    /**
     * Connects once and looks whether this database will do: version 14 or newer, UTF8, writable.
     *
     * @throws PostgresTrouble when it will not, naming what is wrong and the remedy
     */
    public static OperatorDatabase open(String text, Map<String, String> environment) throws PostgresTrouble {
        DatabaseUrl url = DatabaseUrl.parse(text, environment);
        OperatorDatabase database = new OperatorDatabase(url);
        try (Connection connection = database.connect()) {
            database.inspect(connection);
        } catch (SQLException e) {
            throw explain(database.describe(), e);
        }
        LOG.info("Using {}", database.describe());
        return database;
    }

    private void inspect(Connection connection) throws SQLException, PostgresTrouble {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        if (major < OLDEST_MAJOR) {
            throw unsuitable("is PostgreSQL " + major, "Use version " + OLDEST_MAJOR + " or newer");
        }
        String encoding = ask(connection, "SHOW server_encoding");
        if (!encoding.equals("UTF8")) {
            throw unsuitable("has the encoding " + encoding, "Create the database with ENCODING 'UTF8'");
        }
        if (ask(connection, "SELECT pg_is_in_recovery()").equals("t")) {
            throw unsuitable("is a read-only standby", "Give the primary's address, or add targetServerType=primary");
        }
        if (!ask(connection, "SHOW fsync").equals("on")) {
            LOG.warn(
                    "{} runs with fsync=off: a power failure can lose what Evenkeel decided. Switch it on.",
                    describe());
        }
    }

    private PostgresTrouble unsuitable(String what, String remedy) {
        return new PostgresTrouble(Code.UNSUITABLE, describe() + " " + what + ". " + remedy + ".");
    }

    private static String ask(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    /** Says in words why no connection came about. */
    static PostgresTrouble explain(String database, SQLException e) {
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        if (state.startsWith("28")) {
            return new PostgresTrouble(
                    Code.LOGIN_REFUSED,
                    database + " refuses the login: " + e.getMessage() + ". Check user, password and pg_hba.conf.",
                    e);
        }
        if (state.equals("3D000")) {
            return new PostgresTrouble(
                    Code.UNSUITABLE,
                    database + ": " + e.getMessage() + ". Create it: createdb --encoding=UTF8 NAME.",
                    e);
        }
        if (state.startsWith("08")) {
            return new PostgresTrouble(
                    Code.UNREACHABLE,
                    database + " does not answer: " + e.getMessage() + ". Check host, port and firewall.",
                    e);
        }
        return new PostgresTrouble(Code.FAILED, database + ": " + e.getMessage() + ".", e);
    }

    @Override
    public Connection connect() throws SQLException {
        return url.connector().connect(url.database());
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public String describe() {
        return "PostgreSQL at " + url.connector() + url.database();
    }

    /** Nothing to let go of: the pool closes the connections, and the server is not ours. */
    @Override
    public void close() {}
}
