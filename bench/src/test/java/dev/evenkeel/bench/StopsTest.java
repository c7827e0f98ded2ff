package dev.evenkeel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StopsTest {
    @Test
    void theMedianIsHeldAgainstALimitAndARival() {
        Stops ours = stops("ours", 20, 30, 22);
        Stops floor = stops("bare", 4, 5, 6);

        assertThat(ours.atMost("stop-ms", 22).holds()).isTrue();
        assertThat(ours.atMost("stop-ms", 21).holds()).isFalse();
        Bar bar = ours.against("stop-vs-floor", 4.4, floor);
        assertThat(bar.value()).isEqualTo(4.4);
        assertThat(bar.holds()).isTrue();
        assertThat(bar.samples()).containsExactly(4.0, 6.0, 4.4);
        assertThat(bar.rival()).isEqualTo("bare: stop 5.0 ms, ours 22.0 ms");
    }

    @Test
    void aRivalThatNeverArrivedIsNoMeasure() {
        assertThat(stops("ours", 20).against("stop-vs-migrate", 0.2, stops("virsh")))
                .satisfies(bar -> assertThat(bar.holds()).isFalse())
                .satisfies(bar -> assertThat(bar.samples()).isEmpty());
        assertThat(stops("ours").atMost("stop-ms", 30).holds()).isFalse();
    }

    @Test
    void ninetyOfAHundredStayWithinThePercentile() {
        Stops hundred = stops("ours", LongStream.rangeClosed(1, 100).toArray());

        assertThat(hundred.share(0.9)).isEqualTo(90);
        assertThat(hundred.share(0)).isEqualTo(1);
        assertThat(hundred.share(1)).isEqualTo(100);
    }

    @Test
    void whatThereIsMoreOfAfterwardsWasLeftBehind() {
        Leftovers before = new Leftovers(Map.of("processes", 10L), Map.of("/run", 64L));
        Leftovers after = new Leftovers(Map.of("processes", 12L), Map.of("/run", 32L));

        assertThat(before.moreThings(after)).containsExactly(2.0);
        assertThat(before.moreMib(after)).containsExactly(0.0);
        assertThat(after.moreThings(before)).containsExactly(0.0);
        assertThat(after.moreMib(before)).containsExactly(32 / 1024.0);
    }

    private static Stops stops(String by, long... ms) {
        List<Duration> all = LongStream.of(ms).mapToObj(Duration::ofMillis).toList();
        return new Stops("guest", by, all);
    }
}
