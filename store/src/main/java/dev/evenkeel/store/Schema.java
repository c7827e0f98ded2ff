package dev.evenkeel.store;

import dev.evenkeel.store.postgres.PostgresTrouble;
import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** The tables, in a schema of their own so that an operator's database can hold other things beside. */
final class Schema {
    static final String NAME = "evenkeel";

    private Schema() {}

    /** Brings the tables to what this version needs; several servers may do so at once. */
    static void migrate(Pool pool) throws PostgresTrouble {
        try {
            Flyway.configure()
                    .dataSource(pool.source())
                    .defaultSchema(NAME)
                    .locations("classpath:dev/evenkeel/store/migration")
                    .ignoreMigrationPatterns(new String[0]) // a newer version's tables are not for us to write
                    .load()
                    .migrate();
        } catch (FlywayValidateException e) {
            throw new PostgresTrouble(
                    Code.UNSUITABLE,
                    "The tables in " + pool.database().describe() + " were not made by this version of Evenkeel: "
                            + e.getMessage() + " Start the version that made them, or a newer one.",
                    e);
        } catch (FlywayException e) {
            String said = String.valueOf(e.getMessage());
            throw new PostgresTrouble(
                    Code.FAILED,
                    "Making the tables in " + pool.database().describe() + " failed: " + said
                            + (said.contains("permission denied")
                                    ? " Let the user create a schema: GRANT CREATE ON DATABASE ... TO ..."
                                    : ""),
                    e);
        }
    }
}
