package dev.evenkeel.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofSeconds(10);

    @Test
    void pausesGrowUpToALimitAndStartAnewAfterASuccess() {
        Backoff backoff = new Backoff(FIRST, MOST, new Random(7));
        for (int failure = 0; failure < 40; failure++) {
            long limit = Math.min(MOST.toMillis(), FIRST.toMillis() << Math.min(failure, 20));
            assertThat(backoff.afterFailure()).isBetween(Duration.ZERO, Duration.ofMillis(limit));
        }
        backoff.succeeded();
        assertThat(backoff.afterFailure()).isLessThanOrEqualTo(FIRST);
    }

    @Test
    void agentsDoNotComeBackTogether() {
        assertThat(IntStream.range(0, 100)
                        .mapToObj(seed -> {
                            Backoff backoff = new Backoff(FIRST, MOST, new Random(seed));
                            IntStream.range(0, 6).forEach(i -> backoff.afterFailure());
                            return backoff.afterFailure();
                        })
                        .distinct()
                        .count())
                .isGreaterThan(80);
    }
}
