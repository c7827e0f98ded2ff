package dev.evenkeel.core.impact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.core.fleet.Bytes;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MigrationForecastTest {
    /** 100 MiB/s for memory and storage, 1 s to prepare, nothing else, so that sums can be done in the head. */
    private static final MigrationModel PLAIN = new MigrationModel(
            Bytes.ofMiB(100),
            Bytes.ofMiB(100),
            Bytes.ofMiB(1_000_000),
            Duration.ofSeconds(1),
            Duration.ZERO,
            Duration.ofMillis(10),
            Duration.ZERO,
            0);

    @Test
    void anIdleVmIsSentOnceAndStopsForTheDevicesOnly() {
        MigrationForecast forecast = MigrationForecast.of(load(200, 0, 0), PLAIN, maxPause(1000));
        assertThat(forecast.way()).isEqualTo(MigrationForecast.Way.PRE_COPY);
        assertThat(forecast.stop()).isEqualTo(Duration.ofMillis(10));
        assertThat(forecast.total().toMillis()).isEqualTo(1000 + 2000 + 10);
        assertThat(forecast.transferred()).isEqualTo(Bytes.ofMiB(200));
        assertThat(forecast.refusal(load(200, 0, 0), maxPause(1000))).isEmpty();
    }

    @Test
    void passesShrinkByTheRatioOfRateAndBandwidth() {
        // 200 MiB take 2 s; 20 MiB are dirtied meanwhile and take 0.2 s; then 2 MiB, 0.02 s: short enough to stop for
        MigrationForecast forecast = MigrationForecast.of(load(200, 10, 200), PLAIN, maxPause(1000));
        assertThat(forecast.passes()).isEqualTo(3);
        assertThat(forecast.stop().toMillis()).isEqualTo(10 + 20);
        assertThat(forecast.transferred().toMiB()).isCloseTo(200 + 20 + 2, within(0.01));
        assertThat(forecast.total().toMillis()).isBetween(1000L + 2220, 1000L + 2235);
    }

    @Test
    void aFixedCostPerPassKeepsTheSeriesFromReachingZero() {
        MigrationModel slowPasses = new MigrationModel(
                Bytes.ofMiB(100),
                Bytes.ofMiB(100),
                Bytes.ofMiB(1_000_000),
                Duration.ZERO,
                Duration.ofMillis(100),
                Duration.ofMillis(10),
                Duration.ZERO,
                0);
        // 50 MiB/s over 100 ms a pass, at half the speed of the link: 5 / (1 - 0.5) = 10 MiB, a tenth of a second
        MigrationForecast forecast = MigrationForecast.of(load(200, 50, 200), slowPasses, maxPause(1000));
        assertThat(forecast.way()).isEqualTo(MigrationForecast.Way.PRE_COPY);
        assertThat(forecast.stop().toMillis()).isBetween(110L, 130L);
    }

    @Test
    void aVmFasterThanTheLinkStopsForItsWorkingSet() {
        MigrationForecast forecast = MigrationForecast.of(load(200, 300, 50), PLAIN, maxPause(1000));
        assertThat(forecast.way()).isEqualTo(MigrationForecast.Way.PRE_COPY);
        assertThat(forecast.stop().toMillis()).isEqualTo(500 + 10);
    }

    @Test
    void aVmWhoseWorkingSetIsTooLargeForItsPauseIsRefusedWithTheForecast() {
        MigrationLoad busy = load(400, 300, 200);
        MigrationForecast forecast = MigrationForecast.of(busy, PLAIN, maxPause(1000));
        assertThat(forecast.way()).isEqualTo(MigrationForecast.Way.NEVER);
        assertThat(forecast.stop().toMillis()).isEqualTo(2010);
        assertThat(forecast.refusal(busy, maxPause(1000))).hasValueSatisfying(why -> {
            assertThat(why.code()).isEqualTo("WOULD_NOT_CONVERGE");
            assertThat(why.why()).contains("2010 ms", "1000 ms", "post-copy");
            assertThat(why.evidence()).containsKeys("dirtiedPerSecond", "forecastStop", "maxPause");
        });
    }

    @Test
    void theSameVmGoesByPostCopyWhereItsOwnerAllowsIt() {
        MigrationLimits limits = new MigrationLimits(Duration.ofSeconds(1), true, true, null, Duration.ofMinutes(5));
        MigrationForecast forecast = MigrationForecast.of(load(400, 300, 200), PLAIN, limits);
        assertThat(forecast.way()).isEqualTo(MigrationForecast.Way.POST_COPY);
        assertThat(forecast.stop()).isLessThan(Duration.ofMillis(100));
        assertThat(forecast.total().toMillis()).isBetween(7000L, 7100L);
    }

    @Test
    void aVmJustTooFastIsHeldBackALittle() {
        // 110 MiB/s against 100 never converge; held back by 60 % a half-busy guest still has 80 % of its speed, 88
        // against 100
        MigrationLoad load = load(400, 110, 400);
        MigrationLimits limits = new MigrationLimits(Duration.ofSeconds(1), false, true, null, Duration.ofMinutes(5));
        MigrationForecast forecast = MigrationForecast.of(load, PLAIN, limits);
        assertThat(forecast.way()).isEqualTo(MigrationForecast.Way.THROTTLED);
        assertThat(forecast.throttlePercent()).isEqualTo(70);
        assertThat(MigrationThrottle.gap(forecast.throttlePercent())).isLessThan(limits.maxPause());
    }

    @Test
    void aVmWhoseCpusAreNearlyIdleWouldNotNoticeBeingHeldBack() {
        MigrationLoad idle = new MigrationLoad(
                Bytes.ofMiB(400), Bytes.ofMiB(400), Bytes.ofMiB(110), Bytes.ofMiB(400), Bytes.ZERO, 0.2);
        MigrationLimits limits = new MigrationLimits(Duration.ofSeconds(1), false, true, null, Duration.ofMinutes(5));
        assertThat(MigrationForecast.of(idle, PLAIN, limits).way()).isEqualTo(MigrationForecast.Way.NEVER);
    }

    @Test
    void aCapOnBandwidthIsTheSpeedOfTheLink() {
        MigrationLimits capped =
                new MigrationLimits(Duration.ofSeconds(1), false, false, Bytes.ofMiB(50), Duration.ofMinutes(5));
        assertThat(MigrationForecast.of(load(200, 0, 0), PLAIN, capped).total().toMillis())
                .isEqualTo(1000 + 4000 + 10);
    }

    @Test
    void storageThatMovesAlongTakesItsTime() {
        MigrationLoad load =
                new MigrationLoad(Bytes.ofMiB(200), Bytes.ofMiB(200), Bytes.ZERO, Bytes.ZERO, Bytes.ofMiB(300), 0);
        MigrationForecast forecast = MigrationForecast.of(load, PLAIN, maxPause(1000));
        assertThat(forecast.total().toMillis()).isEqualTo(1000 + 3000 + 2000 + 10);
        assertThat(forecast.transferred()).isEqualTo(Bytes.ofMiB(500));
    }

    @Test
    void aMoveThatWouldTakeLongerThanItsDeadlineIsRefused() {
        MigrationLimits hurried = new MigrationLimits(Duration.ofSeconds(1), false, false, null, Duration.ofSeconds(2));
        MigrationLoad load = load(200, 0, 0);
        assertThat(MigrationForecast.of(load, PLAIN, hurried).refusal(load, hurried))
                .hasValueSatisfying(why -> assertThat(why.code()).isEqualTo("WOULD_TAKE_TOO_LONG"));
    }

    @Test
    void learnsTheLinkFromWhatMovesTook() {
        MigrationLoad load = load(200, 0, 0);
        MigrationModel model = MigrationModel.DEFAULT;
        for (int i = 0; i < 12; i++) {
            model = foreseen(load, model).learn(model, load, took(250));
        }
        assertThat(model.moves()).isEqualTo(12);
        double streaming = 0.5 - 3 * 0.020; // three passes cost a fixed time each
        assertThat(model.memoryPerSecond().toMiB()).isCloseTo(200 / streaming, within(20.0));
        MigrationForecast forecast = MigrationForecast.of(load, model, maxPause(1000));
        assertThat(forecast.stop().toMillis()).isBetween(35L, 45L);
        assertThat(forecast.total().toMillis()).isBetween(1650L, 1900L);
    }

    @Test
    void oneOddMoveDoesNotOverturnWhatManyHaveShown() {
        MigrationLoad load = load(200, 0, 0);
        MigrationModel model = MigrationModel.DEFAULT;
        for (int i = 0; i < 12; i++) {
            model = foreseen(load, model).learn(model, load, took(250));
        }
        MigrationModel after = foreseen(load, model)
                .learn(
                        model,
                        load,
                        new MigrationMeasured(
                                Duration.ofMillis(500),
                                Duration.ofSeconds(20),
                                Duration.ofMillis(40),
                                Duration.ofSeconds(21),
                                Bytes.ofMiB(200),
                                Bytes.ZERO,
                                Duration.ZERO,
                                3,
                                false));
        assertThat(after.memoryPerSecond().toMiB()).isGreaterThan(300.0);
    }

    @Test
    void aModelSurvivesItsWayThroughAMap() {
        MigrationLoad load = load(200, 0, 0);
        MigrationModel model = foreseen(load, MigrationModel.DEFAULT).learn(MigrationModel.DEFAULT, load, took(250));
        assertThat(MigrationModel.of(model.toMap())).isEqualTo(model);
        assertThat(MigrationModel.of(Map.of())).isEqualTo(MigrationModel.DEFAULT);
    }

    @Test
    void whatIsLearnedForeseesTheMovesThatItWasLearnedFrom() {
        MigrationLoad load =
                new MigrationLoad(Bytes.ofMiB(256), Bytes.ofMiB(130), Bytes.ofMiB(40), Bytes.ofMiB(64), Bytes.ZERO, 0);
        MigrationMeasured move = new MigrationMeasured(
                Duration.ofMillis(300),
                Duration.ofMillis(430),
                Duration.ofMillis(17),
                Duration.ofMillis(1100),
                Bytes.ofMiB(145),
                Bytes.ZERO,
                Duration.ZERO,
                4,
                false);
        MigrationModel model = MigrationModel.DEFAULT;
        for (int i = 0; i < 8; i++) {
            model = foreseen(load, model).learn(model, load, move);
        }
        MigrationForecast forecast = foreseen(load, model);
        assertThat(forecast.stop().toMillis()).isBetween(14L, 21L);
        assertThat(forecast.total().toMillis()).isBetween(1000L, 1200L);
    }

    private static MigrationForecast foreseen(MigrationLoad load, MigrationModel model) {
        return MigrationForecast.of(load, model, maxPause(1000));
    }

    private static MigrationMeasured took(long stopMillisPerSixth) {
        return new MigrationMeasured(
                Duration.ofMillis(1000),
                Duration.ofMillis(500),
                Duration.ofMillis(stopMillisPerSixth * 40 / 250),
                Duration.ofMillis(1740),
                Bytes.ofMiB(200),
                Bytes.ZERO,
                Duration.ZERO,
                3,
                false);
    }

    private static MigrationLoad load(int mib, int dirtied, int workingSet) {
        return new MigrationLoad(
                Bytes.ofMiB(mib), Bytes.ofMiB(mib), Bytes.ofMiB(dirtied), Bytes.ofMiB(workingSet), Bytes.ZERO, 0.5);
    }

    private static MigrationLimits maxPause(long millis) {
        return new MigrationLimits(Duration.ofMillis(millis), false, false, null, Duration.ofMinutes(5));
    }
}
