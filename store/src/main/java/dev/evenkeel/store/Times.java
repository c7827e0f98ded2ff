package dev.evenkeel.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Instants in columns. PostgreSQL keeps microseconds. */
final class Times {
    private Times() {}

    /** When something happened: never later than it did. */
    static OffsetDateTime happened(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
    }

    /** When something is due: never earlier than it is, so that a timer does not fire before its time. */
    static @Nullable OffsetDateTime due(@Nullable Instant at) {
        if (at == null) {
            return null;
        }
        Instant floor = at.truncatedTo(ChronoUnit.MICROS);
        return (floor.equals(at) ? floor : floor.plus(1, ChronoUnit.MICROS)).atOffset(ZoneOffset.UTC);
    }

    static Instant read(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
