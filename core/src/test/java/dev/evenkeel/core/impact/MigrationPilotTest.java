package dev.evenkeel.core.impact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.impact.MigrationSample.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MigrationPilotTest {
    private final List<MigrationOrder> orders = new ArrayList<>();
    private MigrationPilot pilot = pilot(1000, false, MigrationForecast.Way.PRE_COPY);
    private int pass;
    private Duration elapsed = Duration.ZERO;

    @Test
    void beginsWithASmallStop() {
        assertThat(pilot.firstDowntime()).isEqualTo(Duration.ofMillis(20));
        assertThat(pilot(10, false, MigrationForecast.Way.PRE_COPY).firstDowntime())
                .isLessThan(Duration.ofMillis(10));
    }

    @Test
    void leavesAShrinkingMigrationAlone() {
        passNeeds(2000);
        passNeeds(400);
        passNeeds(80);
        passNeeds(30);
        assertThat(orders).isEmpty();
    }

    @Test
    void offersWhatAStalledMigrationNeedsAndNoMore() {
        passNeeds(2000);
        passNeeds(100);
        passNeeds(100);
        assertThat(orders).containsExactly(new MigrationOrder.SetMaxDowntime(Duration.ofMillis(130)));
    }

    @Test
    void neverOffersMoreThanTheOwnerAllows() {
        for (int i = 0; i < 5; i++) {
            passNeeds(900);
        }
        assertThat(orders)
                .hasSize(1)
                .first()
                .isInstanceOfSatisfying(
                        MigrationOrder.SetMaxDowntime.class,
                        set -> assertThat(set.downtime()).isLessThan(Duration.ofMillis(700)));
    }

    @Test
    void givesUpWhatWillNotConverge() {
        for (int i = 0; i < 12; i++) {
            passNeeds(5000);
        }
        assertThat(orders).last().isInstanceOfSatisfying(MigrationOrder.Abort.class, abort -> {
            assertThat(abort.why().code()).isEqualTo("NOT_CONVERGING");
            assertThat(abort.why().evidence()).containsKeys("neededStop", "maxPause");
        });
        assertThat(orders.stream().filter(o -> o instanceof MigrationOrder.Abort))
                .hasSize(1);
    }

    @Test
    void aBusySpellThatPassesIsWaitedOut() {
        for (int i = 0; i < 4; i++) {
            passNeeds(5000);
        }
        passNeeds(400);
        passNeeds(20);
        assertThat(orders).noneMatch(o -> o instanceof MigrationOrder.Abort);
    }

    @Test
    void goesOnByPostCopyWhereTheOwnerAllowsItAndPassesAreHopeless() {
        pilot = pilot(1000, true, MigrationForecast.Way.PRE_COPY);
        passNeeds(5000);
        passNeeds(5000);
        assertThat(orders).noneMatch(o -> o instanceof MigrationOrder.StartPostCopy);
        passNeeds(5000);
        passNeeds(5000);
        assertThat(orders).last().isEqualTo(new MigrationOrder.StartPostCopy());
    }

    @Test
    void aForecastPostCopySwitchesAfterTheFirstPass() {
        pilot = pilot(1000, true, MigrationForecast.Way.POST_COPY);
        passNeeds(5000);
        passNeeds(5000);
        assertThat(orders).containsExactly(new MigrationOrder.StartPostCopy());
    }

    @Test
    void afterTheSwitchToPostCopyNothingIsTouchedAnyMore() {
        pilot = pilot(1000, true, MigrationForecast.Way.POST_COPY);
        passNeeds(5000);
        passNeeds(5000);
        orders.clear();
        elapsed = Duration.ofHours(1);
        sample(Phase.POST_COPY, 5000, 0);
        sample(Phase.PRE_COPY, 5000, 0);
        assertThat(orders).isEmpty();
    }

    @Test
    void keepsItsDeadline() {
        elapsed = Duration.ofMinutes(6);
        sample(Phase.STORAGE, 0, 0);
        assertThat(orders)
                .singleElement()
                .isInstanceOfSatisfying(
                        MigrationOrder.Abort.class,
                        abort -> assertThat(abort.why().code()).isEqualTo("DEADLINE"));
    }

    @Test
    void endsAThrottleWhoseGapsWouldBreakThePause() {
        pass = 4;
        sample(Phase.PRE_COPY, 100, 70);
        assertThat(orders).isEmpty();
        sample(Phase.PRE_COPY, 100, 99);
        assertThat(orders)
                .singleElement()
                .isInstanceOfSatisfying(
                        MigrationOrder.Abort.class,
                        abort -> assertThat(abort.why().code()).isEqualTo("THROTTLED_TOO_FAR"));
    }

    /** A pass begins; with the VM standing still, it would take this long. */
    private void passNeeds(long millis) {
        pass++;
        sample(Phase.PRE_COPY, millis, 0);
        sample(Phase.PRE_COPY, millis / 2, 0);
    }

    private void sample(Phase phase, long needMillis, int throttle) {
        elapsed = elapsed.plusMillis(500);
        MigrationPilot.Turn turn = pilot.watch(new MigrationSample(
                elapsed,
                phase,
                pass,
                new Bytes(Bytes.ofMiB(100).value() * needMillis / 1000),
                Bytes.ofMiB(100),
                Bytes.ZERO,
                throttle));
        pilot = turn.next();
        orders.addAll(turn.orders());
    }

    private static MigrationPilot pilot(long maxPauseMillis, boolean postCopy, MigrationForecast.Way way) {
        return MigrationPilot.start(
                new MigrationLimits(Duration.ofMillis(maxPauseMillis), postCopy, true, null, Duration.ofMinutes(5)),
                MigrationModel.DEFAULT,
                new MigrationForecast(way, Duration.ZERO, Duration.ZERO, Bytes.ZERO, 2, 0));
    }
}
