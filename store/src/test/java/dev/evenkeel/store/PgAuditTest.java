package dev.evenkeel.store;

import static dev.evenkeel.store.Runs.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.store.PgAudit.Break;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgAuditTest {
    private final PgStore store = TestDatabase.store();
    private final PgAudit audit = store.audit();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    @Test
    void entriesAreNumberedAndReadBackAsTheyWereWritten() {
        AuditEntry first = add("rollout.start");
        AuditEntry second = audit.add(
                NOW.plusNanos(1_999), "bob", "run.cancel", "r1", "wrong \0 window", Map.of("from", "10.0.0.1"));

        assertThat(first.sequence()).isEqualTo(1);
        assertThat(second.hash()).hasSize(64).isNotEqualTo(first.hash());
        assertThat(audit.after(0, 10)).containsExactly(first, second);
        assertThat(audit.after(1, 10)).containsExactly(second);
        assertThat(audit.after(0, 1)).containsExactly(first);
        assertThat(audit.verify()).isEmpty();
    }

    @Test
    void anEmptyTrailIsWhole() {
        assertThat(audit.verify()).isEmpty();
    }

    @Test
    void theDatabaseRefusesToChangeIt() {
        add("rollout.start");
        for (String change : List.of(
                "UPDATE evenkeel.audit SET why = ''", "DELETE FROM evenkeel.audit", "TRUNCATE evenkeel.audit")) {
            assertThatThrownBy(() -> TestDatabase.execute(change)).hasStackTraceContaining("only added to");
        }
    }

    @Test
    void aChangeBehindItsBackShows() {
        IntStream.rangeClosed(1, 5).forEach(i -> add("order-" + i));

        behindItsBack("UPDATE evenkeel.audit SET actor = 'mallory' WHERE sequence = 3");
        assertThat(audit.verify()).contains(new Break(3, "the entry is not what was written"));
        behindItsBack("UPDATE evenkeel.audit SET actor = 'ann' WHERE sequence = 3");
        assertThat(audit.verify()).isEmpty();
        behindItsBack("DELETE FROM evenkeel.audit WHERE sequence = 5");
        assertThat(audit.verify()).contains(new Break(5, "the trail was cut off here"));
        behindItsBack("DELETE FROM evenkeel.audit WHERE sequence = 2");
        assertThat(audit.verify()).contains(new Break(2, "the entry is missing"));
    }

    @Test
    void manyMayAddAtOnce() throws Exception {
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = IntStream.range(0, 8)
                    .<Future<?>>mapToObj(i ->
                            threads.submit(() -> IntStream.range(0, 10).forEach(n -> add("order-" + i + "-" + n))))
                    .toList();
            for (Future<?> each : all) {
                each.get();
            }
        }
        assertThat(audit.after(0, 100)).hasSize(80);
        assertThat(audit.verify()).isEmpty();
    }

    private AuditEntry add(String action) {
        return audit.add(NOW, "ann", action, "ro1", "because", Map.of("update", "qemu-11.1"));
    }

    private static void behindItsBack(String statement) {
        TestDatabase.execute("SET session_replication_role = replica", statement);
    }
}
