package dev.evenkeel.store;

import java.time.Duration;

/**
 * How the store uses its connections.
 *
 * @param connections how many at most, 1 to 100
 * @param patience how long to wait for a connection before saying that the store is unavailable, at least 250 ms
 * @param statement how long one statement may take
 */
public record PoolSettings(int connections, Duration patience, Duration statement) {
    public static final PoolSettings DEFAULT = new PoolSettings(10, Duration.ofSeconds(3), Duration.ofSeconds(10));

    public PoolSettings {
        if (connections < 1 || connections > 100) {
            throw new IllegalArgumentException("connections is " + connections + ": give 1 to 100");
        }
        if (patience.compareTo(Duration.ofMillis(250)) < 0) {
            throw new IllegalArgumentException("patience is " + patience + ": give at least PT0.25S");
        }
        if (statement.toMillis() < 1) {
            throw new IllegalArgumentException("statement is " + statement + ": give more than zero");
        }
    }
}
