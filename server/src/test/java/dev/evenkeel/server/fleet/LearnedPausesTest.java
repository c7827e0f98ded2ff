package dev.evenkeel.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.impact.PauseModel;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The forecast of a restart rests on those that were seen. */
class LearnedPausesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private final LearnedPauses pauses = new LearnedPauses();

    private void restart(String host, Duration took) {
        pauses.learn(new HostId(host), new Outcome.Stopped(NOW));
        pauses.learn(new HostId(host), new Outcome.Started(NOW.plus(took), false));
    }

    @Test
    void beforeAnyWasSeenItIsCautious() {
        assertThat(pauses.restart()).isEqualTo(PauseModel.RESTART);
    }

    @Test
    void itIsTheMedianOfThoseThatWereSeen() {
        restart("h1", Duration.ofSeconds(40));
        restart("h2", Duration.ofSeconds(50));
        restart("h3", Duration.ofMinutes(30));

        assertThat(pauses.restart()).isEqualTo(Duration.ofSeconds(50));
    }

    @Test
    void aVmThatRanAlreadyTeachesNothing() {
        pauses.learn(new HostId("h1"), new Outcome.Stopped(NOW));
        pauses.learn(new HostId("h1"), new Outcome.Started(NOW.plusSeconds(1), true));

        assertThat(pauses.restart()).isEqualTo(PauseModel.RESTART);
    }
}
