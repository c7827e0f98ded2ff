package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What can't be done without a restart is offered to owners first. */
class OfferingTest {
    private static final Duration MONTH = RunPolicy.DEFAULT.selfService();

    private final Given given = new Given();

    private OneRun chooses(OneRun run, String vm, Instant at) {
        return run.told(new RunEvent.OwnerChose(new VmId(vm), at, "acme")).looks();
    }

    /** The guest of a VM is asked to go down, and why it may be. */
    private static List<String> stopped(OneRun run) {
        return run.effects().stream()
                .flatMap(effect -> effect instanceof Effect.StopVm stop
                        ? java.util.stream.Stream.of(stop.vm() + ": " + stop.agreed())
                        : java.util.stream.Stream.empty())
                .toList();
    }

    @Test
    void nothingIsHeldOrTouchedWhileTheOwnerMayChoose() {
        OneRun run = OneRun.offering(given, "vm-a").waits(MONTH.minusSeconds(1));

        assertThat(run.state()).isInstanceOf(HostRunState.Offering.class);
        assertThat(run.orders()).isEmpty();
        assertThat(run.events()).as("told only once it is known when").isEmpty();
    }

    @Test
    void anOwnerWhoStartsItIsServedAtOnce() {
        OneRun run = chooses(OneRun.offering(given, "vm-a"), "vm-a", given.now());
        run.looksAtFreshObservations();

        assertThat(stopped(run)).hasSize(1).first().asString().startsWith("vm-a: acme chose ");
    }

    @Test
    void anOwnerWhoChoseATimeIsServedThen() {
        Instant later = given.now().plus(Duration.ofDays(3));
        OneRun run = chooses(OneRun.offering(given, "vm-a"), "vm-a", later);

        run.waits(Duration.ofDays(3).minusSeconds(1));
        assertThat(run.orders()).isEmpty();
        run.waits(Duration.ofSeconds(1)).looksAtFreshObservations();
        assertThat(stopped(run)).hasSize(1);
    }

    @Test
    void whatAnOwnerChoseWaitsForNoOpeningThatComesLater() {
        given.opensDailyAt("03:00", "02:00");
        OneRun run = OneRun.offering(given, "vm-a");
        given.passes(given.untilUtc("12:00"));

        chooses(run, "vm-a", given.now()).looksAtFreshObservations();

        assertThat(stopped(run)).hasSize(1);
    }

    @Test
    void anOwnerMayChooseAgainButNotBeyondTheWindow() {
        OneRun run = OneRun.offering(given, "vm-a");
        chooses(run, "vm-a", given.now().plus(Duration.ofDays(3)));
        chooses(run, "vm-a", given.now().plus(Duration.ofDays(5)));
        run.told(new RunEvent.OwnerChose(new VmId("vm-a"), given.now().plus(Duration.ofDays(29)), "acme"));
        assertThat(run.ignoredIt()).isTrue();

        run.waits(Duration.ofDays(4));
        assertThat(run.orders()).isEmpty();
        run.waits(Duration.ofDays(1)).looksAtFreshObservations();
        assertThat(stopped(run)).hasSize(1);
    }

    @Test
    void whenTheWindowEndsItIsDoneForThem() {
        OneRun run = OneRun.offering(given, "vm-a").waits(MONTH).looksAtFreshObservations();

        assertThat(stopped(run)).hasSize(1).first().asString().startsWith("vm-a: its self-service window ended at ");
    }

    @Test
    void ofTwoOnAHostTheFirstWaitsForTheOther() {
        OneRun run = chooses(OneRun.offering(given, "vm-a", "vm-b"), "vm-a", given.now());
        assertThat(run.orders()).isEmpty();

        chooses(run, "vm-b", given.now()).looksAtFreshObservations();
        assertThat(stopped(run)).hasSize(2);
    }

    @Test
    void aVmThatComesLateHasAWholeWindowOfItsOwn() {
        OneRun run = OneRun.offering(given, "vm-a").waits(Duration.ofDays(20));
        given.host("h1").runs("vm-late");
        given.vm("vm-late").owner(OneRun.staying(dev.evenkeel.core.fleet.Intent.Restart.NEVER));

        run.waits(Duration.ofMinutes(10)).waits(Duration.ofDays(8));
        assertThat(run.orders()).isEmpty();
        assertThat(run.state()).isInstanceOf(HostRunState.Offering.class);
        run.waits(Duration.ofDays(21)).looksAtFreshObservations();
        assertThat(stopped(run)).hasSize(2);
    }

    @Test
    void aVmThatIsGoneIsWaitedForByNobody() {
        OneRun run = OneRun.offering(given, "vm-a");
        given.vm("vm-a").isOn("h2");

        run.waits(Duration.ofMinutes(10)).looksAtFreshObservations();

        assertThat(run.effects())
                .hasOnlyElementsOfType(Effect.ApplyUpdate.class)
                .hasSize(1);
    }

    @Test
    void whoCancelsWithdrawsTheOffer() {
        OneRun run = OneRun.offering(given, "vm-a").cancelled();

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.orders()).isEmpty();
    }

    @Test
    void aSecurityDeadlineShortensTheWindow() {
        given.updateIsDueBy(given.now().plus(Duration.ofDays(7)));

        OneRun run = OneRun.offering(given, "vm-a").waits(Duration.ofDays(7)).looksAtFreshObservations();

        assertThat(stopped(run)).hasSize(1);
    }

    @Test
    void afterTheWindowItWaitsForAnOpeningOfTheOwnersMaintenanceConfiguration() {
        given.opensDailyAt("03:00", "02:00");

        OneRun run = OneRun.offering(given, "vm-a").waits(MONTH);
        assertThat(run.orders()).isEmpty();
        run.waits(given.untilUtc("03:00").minusSeconds(1));
        assertThat(run.orders()).isEmpty();
        run.waits(Duration.ofSeconds(1)).looksAtFreshObservations();

        assertThat(stopped(run)).hasSize(1);
    }
}
