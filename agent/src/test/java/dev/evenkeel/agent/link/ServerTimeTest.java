package dev.evenkeel.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ServerTimeTest {
    private static final Instant STAMP = Instant.parse("2026-11-22T12:00:00Z");

    private long nanos = 1_000;
    private final ServerTime time = new ServerTime(() -> nanos);

    @Test
    void beforeTheFirstStampNothingIsKnown() {
        assertThat(time.at(time.mark())).isNull();
    }

    @Test
    void theTimeOfALookIsTheLastStampPlusWhatPassedSince() {
        time.stamped(STAMP);
        nanos += Duration.ofSeconds(3).toNanos();
        assertThat(time.at(time.mark())).isEqualTo(STAMP.plusSeconds(3));
    }

    @Test
    void aLookFromBeforeTheStampIsDatedBack() {
        long mark = time.mark();
        nanos += Duration.ofSeconds(2).toNanos();
        time.stamped(STAMP);
        assertThat(time.at(mark)).isEqualTo(STAMP.minusSeconds(2));
    }
}
