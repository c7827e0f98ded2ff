package dev.evenkeel.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Opens connections with short patience: a database that does not answer is told to the caller within seconds.
 *
 * @param base JDBC URL up to and without the database's name
 * @param properties user, password and driver options
 */
record Connector(String base, Properties properties) {
    private static final String NO_SUCH_DATABASE = "3D000";
    private static final String CONNECT_SECONDS = "3";

    /** Longer than any statement of ours may take, so that a dead network is noticed and a slow disk is not cut off. */
    private static final String SOCKET_SECONDS = "30";

    static Connector to(String host, int port, String user, String password) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        // the loopback needs none, and asking for it costs a round trip
        properties.setProperty("sslmode", "disable");
        properties.setProperty("gssEncMode", "disable");
        return new Connector("jdbc:postgresql://" + host + ":" + port + "/", withDefaults(properties));
    }

    static Properties withDefaults(Properties properties) {
        properties.putIfAbsent("connectTimeout", CONNECT_SECONDS);
        properties.putIfAbsent("socketTimeout", SOCKET_SECONDS);
        properties.putIfAbsent("tcpKeepAlive", "true");
        properties.putIfAbsent("ApplicationName", "evenkeel");
        return properties;
    }

    Connection connect(String database) throws SQLException {
        // the driver is asked directly: DriverManager would search every driver of the class path
        Connection connection = new Driver().connect(base + database, properties);
        if (connection == null) {
            throw new SQLException("not a PostgreSQL URL: " + base);
        }
        return connection;
    }

    /** Makes the database when it is not there; for our own server, where nobody else does. */
    Connection connectOrCreate(String database) throws SQLException {
        try {
            return connect(database);
        } catch (SQLException e) {
            if (!NO_SUCH_DATABASE.equals(e.getSQLState())) {
                throw e;
            }
        }
        try (var connection = connect("postgres");
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database);
        }
        return connect(database);
    }

    @Override
    public String toString() {
        return base;
    }
}
