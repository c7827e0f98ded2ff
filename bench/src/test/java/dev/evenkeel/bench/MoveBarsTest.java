package dev.evenkeel.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MoveBarsTest {
    private static final Duration PAUSE = Duration.ofSeconds(2);

    @Test
    void halfOfTheRivalsStopHoldsAndMoreDoesNot() {
        List<Trip> virsh = List.of(moved(100, 4000), moved(300, 6000), moved(200, 5000));

        assertThat(bar("stop-vs-virsh", List.of(moved(90, 1), moved(100, 1), moved(5000, 1)), virsh))
                .satisfies(bar -> assertThat(bar.value()).isEqualTo(0.5))
                .satisfies(bar -> assertThat(bar.holds()).isTrue())
                .satisfies(bar -> assertThat(bar.samples()).hasSize(3))
                .satisfies(bar -> assertThat(bar.rival()).contains("stop 200 ms, ours 100 ms"));
        assertThat(bar("stop-vs-virsh", List.of(moved(90, 1), moved(101, 1), moved(5000, 1)), virsh)
                        .holds())
                .isFalse();
    }

    @Test
    void aMoveOfOursThatFailedIsNotLeftOut() {
        List<Trip> ours = List.of(moved(10, 1000), ended(Trip.End.NOT_MOVED, 0));

        assertThat(MoveBars.ofPairs(ours, List.of(moved(100, 1000), moved(100, 1000))))
                .noneMatch(Bar::holds);
    }

    @Test
    void forecastsAreAskedOfEightInTen() {
        List<Trip> ours = IntStream.range(0, 10)
                .mapToObj(i -> foreseen(i < 8 ? 100 : 1000, 50, i < 7 ? 1000 : 3000, 1200))
                .toList();

        assertThat(bar("forecast-stop", ours, ours).holds()).isTrue();
        assertThat(bar("forecast-duration", ours, ours).holds()).isFalse();
        assertThat(bar("forecast-duration", ours, ours).rival()).contains("7 of 10");
    }

    @Test
    void theErrorOfAShareIsThatOfItsLast() {
        List<Double> errors = DoubleStream.of(5, 1, 4, 2, 3).boxed().toList();

        assertThat(MoveBars.within(errors, 0.8)).isEqualTo(4);
        assertThat(MoveBars.within(List.of(7.0), 0.8)).isEqualTo(7);
        assertThat(MoveBars.within(List.of(), 0.8)).isNaN();
    }

    @Test
    void aBusyVmIsOneThatVirshNeverConvergesOn() {
        List<Trip> never = List.of(ended(Trip.End.NOT_MOVED, 0), ended(Trip.End.NOT_MOVED, 0));
        List<Trip> wellTreated = List.of(
                ended(Trip.End.REFUSED_WITH_FORECAST, 0), ended(Trip.End.MOVED_BY_POST_COPY, 5000), moved(1999, 1));

        assertThat(MoveBars.busy(wellTreated, never).holds()).isTrue();
        assertThat(MoveBars.busy(wellTreated, List.of(never.getFirst(), moved(9000, 1)))
                        .holds())
                .isFalse();
        assertThat(MoveBars.busy(List.of(moved(2001, 1)), never).holds()).isFalse();
        assertThat(MoveBars.busy(List.of(ended(Trip.End.NOT_MOVED, 0)), never).holds())
                .isFalse();
        assertThat(MoveBars.busy(List.of(), never).holds()).isFalse();
    }

    @Test
    void oneGapLongerThanThePauseIsEnough() {
        List<Trip> virsh = List.of(moved(1, 1));

        assertThat(MoveBars.throttleGap(List.of(gap(100), gap(1999)), virsh).holds())
                .isTrue();
        assertThat(MoveBars.throttleGap(List.of(gap(100), gap(2001)), virsh).holds())
                .isFalse();
    }

    @Test
    void aRefusedMoveHoldsNobodyBack() {
        List<Trip> refused =
                List.of(trip(Trip.End.REFUSED_WITH_FORECAST, 0, 9999, 1, Optional.empty(), Optional.empty()), gap(5));

        assertThat(MoveBars.throttleGap(refused, List.of()).samples()).hasSize(1);
    }

    @Test
    void memoryIsReadFromProc() {
        assertThat(Resident.rssMib("Name:\tjava\nVmHWM:\t 9999 kB\nVmRSS:\t  204800 kB\n"))
                .hasValue(200);
        assertThat(Resident.rssMib("Name:\tjava\nState:\tZ (zombie)\n")).isEmpty();
        assertThat(Resident.pssMib("7ff-7ff ---p\nRss:  4 kB\nPss:  2048 kB\nPss_Dirty: 1 kB\n"))
                .hasValue(2);
        assertThat(OverheadBench.largest("x", "y", 120, List.of(100.0, 121.0)).holds())
                .isFalse();
        assertThat(OverheadBench.largest("x", "y", 120, List.of()).holds()).isFalse();
    }

    private static Bar bar(String name, List<Trip> ours, List<Trip> virsh) {
        return MoveBars.ofPairs(ours, virsh).stream()
                .filter(bar -> bar.bar().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Trip moved(long stopMs, long totalMs) {
        return trip(Trip.End.MOVED, stopMs, 0, totalMs, Optional.empty(), Optional.empty());
    }

    private static Trip gap(long gapMs) {
        return trip(Trip.End.MOVED, 1, gapMs, 1, Optional.empty(), Optional.empty());
    }

    private static Trip ended(Trip.End end, long stopMs) {
        return trip(end, stopMs, 0, 1, Optional.empty(), Optional.empty());
    }

    private static Trip foreseen(long forecastStopMs, long stopMs, long forecastTotalMs, long totalMs) {
        return trip(
                Trip.End.MOVED,
                stopMs,
                0,
                totalMs,
                Optional.of(Duration.ofMillis(forecastStopMs)),
                Optional.of(Duration.ofMillis(forecastTotalMs)));
    }

    private static Trip trip(
            Trip.End end,
            long stopMs,
            long gapMs,
            long totalMs,
            Optional<Duration> forecastStop,
            Optional<Duration> forecastTotal) {
        return new Trip(
                "x",
                end,
                "",
                PAUSE,
                Optional.of(Duration.ofMillis(stopMs)),
                Optional.empty(),
                Duration.ofMillis(gapMs),
                Duration.ZERO,
                Duration.ofMillis(totalMs),
                forecastStop,
                forecastTotal);
    }
}
