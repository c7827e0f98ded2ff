package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.SHARD;
import static dev.evenkeel.store.Runs.TTL;
import static dev.evenkeel.store.Runs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.engine.Commit;
import dev.evenkeel.core.engine.Lease;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.Step;
import dev.evenkeel.store.postgres.PostgresTrouble;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaTest {

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    @Test
    void partitionsOfThisMonthAndTheNextThreeAreMadeAhead() {
        YearMonth month = YearMonth.now(ZoneOffset.UTC);
        for (int ahead = 0; ahead <= 3; ahead++) {
            String suffix = month.plusMonths(ahead).format(DateTimeFormatter.ofPattern("yyyy_MM"));
            assertThat(TestDatabase.ask("SELECT to_regclass('evenkeel.run_event_" + suffix + "')"))
                    .isNotNull();
            assertThat(TestDatabase.ask("SELECT to_regclass('evenkeel.ledger_" + suffix + "')"))
                    .isNotNull();
        }
    }

    @Test
    void rowsOfAMonthWithoutAPartitionAreKeptAndMoveOverWhenItIsMade() {
        TestDatabase.execute("DROP TABLE IF EXISTS evenkeel.run_event_1999_12");
        PgStore store = TestDatabase.store();
        Lease lease = store.runs().acquire(SHARD, "server-1", TTL).orElseThrow();
        store.runs().commit(at(lease, 0, "1999-12-31T23:59:59.999Z"));
        store.runs().commit(at(lease, 1, "2000-01-01T00:00:00Z"));

        store.ensureMonth("run_event", "at", LocalDate.of(1999, 12, 1));

        assertThat(TestDatabase.ask("SELECT count(*) FROM evenkeel.run_event_1999_12"))
                .isEqualTo("1");
        assertThat(TestDatabase.ask("SELECT count(*) FROM evenkeel.run_event_default"))
                .isEqualTo("1");
        assertThat(store.runs().story(new RunId("r1"))).hasSize(2);
        store.ensureMonth("run_event", "at", LocalDate.of(1999, 12, 1)); // again: nothing happens
    }

    @Test
    void tablesOfANewerVersionAreRefused() {
        TestDatabase.execute("""
                INSERT INTO evenkeel.flyway_schema_history
                  (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                VALUES (9999, '9999', 'from the future', 'SQL', 'V9999__future.sql', 1, 'somebody', 1, true)
                """);
        try {
            assertThatThrownBy(() -> PgStore.open(TestDatabase.server(), TestDatabase.SETTINGS))
                    .isInstanceOf(PostgresTrouble.class)
                    .hasMessageContaining("9999")
                    .hasMessageContaining("newer");
        } finally {
            TestDatabase.execute("DELETE FROM evenkeel.flyway_schema_history WHERE version = '9999'");
        }
    }

    private static Commit at(Lease lease, long expectedVersion, String instant) {
        return new Commit(
                lease,
                expectedVersion,
                new RunEvent.TimerFired(),
                Instant.parse(instant),
                Step.ignore(run("r1")),
                null,
                null);
    }
}
