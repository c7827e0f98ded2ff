package dev.evenkeel.core.hostrun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.LedgerEntry;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Intent;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.notice.EventId;
import dev.evenkeel.core.notice.EventKind;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** VMs whose owners want notice are told before they are touched. */
class AnnouncingTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Given given = new Given();

    @Test
    void nothingIsHeldOrTouchedBeforeAVmHasHadItsNotice() {
        OneRun run = OneRun.announcing(given, "vm-a");

        run.waits(HOUR.minusSeconds(1));

        assertThat(run.state()).isInstanceOf(HostRunState.Announcing.class);
        assertThat(run.orders()).isEmpty();
        assertThat(run.last().acquire()).isEmpty();
        assertThat(run.events()).containsExactly("vm-a FREEZE");

        run.waits(Duration.ofSeconds(1));

        assertThat(run.effects()).hasOnlyElementsOfType(Effect.MoveVm.class).hasSize(1);
        assertThat(run.events()).containsExactly("vm-a FREEZE started");
    }

    @Test
    void itsEventIsGoneOnceItHasMovedAndTheLedgerSaysWhatItWasTold() {
        OneRun run = OneRun.announcing(given, "vm-a").waits(HOUR).moved("vm-a");

        assertThat(run.events()).isEmpty();
        assertThat(run.ledger()).extracting(LedgerEntry::told).containsExactly(Duration.ofMillis(50));
        assertThat(run.ledger()).extracting(LedgerEntry::stop).containsExactly(Duration.ofMillis(40));
    }

    @Test
    void anApprovalEndsTheWaitAndSayingItAgainChangesNothing() {
        OneRun run = OneRun.announcing(given, "vm-a");
        EventId event = run.run().announcement(new VmId("vm-a")).orElseThrow().event();

        run.approved("vm-a");
        assertThat(run.orders()).hasSize(1);

        run.told(new RunEvent.NoticeApproved(event, "vm-a"));
        assertThat(run.ignoredIt()).isTrue();
    }

    @Test
    void itWaitsForEveryVmThatWantsNotice() {
        OneRun run = OneRun.announcing(given, "vm-a", "vm-b").approved("vm-a");

        assertThat(run.orders()).isEmpty();
        assertThat(run.approved("vm-b").orders()).isNotEmpty();
    }

    @Test
    void aVmThatWantsNoNoticeIsWaitedForByNobodyButToldAllTheSame() {
        OneRun run = OneRun.draining(given, "vm-a");

        assertThat(run.orders()).hasSize(1);
        assertThat(run.events()).containsExactly("vm-a FREEZE started");
    }

    @Test
    void aShortWishIsRoundedUpToWhatTheKindOfEventDemandsUnlessThePolicySaysLess() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").owner(Intent.DEFAULT.withNotice(Duration.ofSeconds(20)));

        assertThat(notice(OneRun.updating(given, "h1").begins())).isEqualTo(EventKind.FREEZE.leastNotice());
        RunPolicy quick = new RunPolicy(1, 3, HOUR, HOUR, HOUR, HOUR, HOUR, Duration.ofSeconds(5), Duration.ofDays(28));
        assertThat(notice(OneRun.updating(given, "h1", quick).begins())).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aSecurityDeadlineShortensALongNoticeButNotBelowTheLeast() {
        given.host("h1").runs("vm-a");
        given.host("h2");
        given.vm("vm-a").owner(Intent.DEFAULT.withNotice(Duration.ofHours(12)));

        given.updateIsDueBy(given.now().plus(HOUR));
        assertThat(notice(OneRun.updating(given, "h1").begins())).isEqualTo(HOUR);
        given.updateIsDueBy(given.now().minus(HOUR));
        assertThat(notice(OneRun.updating(given, "h1").begins())).isEqualTo(EventKind.FREEZE.leastNotice());
    }

    private Duration notice(OneRun run) {
        return Duration.between(
                given.now(),
                run.run().announcement(new VmId("vm-a")).orElseThrow().notBefore());
    }

    @Test
    void whoCancelsWithdrawsTheNoticeAndNothingMore() {
        OneRun run = OneRun.announcing(given, "vm-a").cancelled();

        assertThat(run.outcome()).isEqualTo(RunOutcome.CANCELLED);
        assertThat(run.events()).isEmpty();
        assertThat(run.orders()).isEmpty();
    }

    @Test
    void aVmThatComesMeanwhileGetsANoticeOfItsOwn() {
        OneRun run = OneRun.announcing(given, "vm-a").waits(Duration.ofMinutes(30));
        given.host("h1").runs("vm-late");
        given.vm("vm-late").owner(Intent.DEFAULT.withNotice(HOUR));

        run.waits(Duration.ofMinutes(30));

        assertThat(run.orders()).isEmpty();
        assertThat(run.events()).containsExactly("vm-a FREEZE", "vm-late FREEZE");
        assertThat(run.waits(HOUR).orders()).isNotEmpty();
    }

    @Test
    void aVmThatComesWhileTheHostIsEmptiedIsToldBeforeItIsMoved() {
        OneRun run = OneRun.draining(given, "vm-a");
        given.host("h1").runs("vm-late");
        given.vm("vm-late").owner(Intent.DEFAULT.withNotice(HOUR));

        run.moved("vm-a").looksAtFreshObservations();

        assertThat(run.state()).isInstanceOf(HostRunState.Announcing.class);
        assertThat(run.events()).containsExactly("vm-late FREEZE");
        assertThat(run.effects()).hasSize(1);
        assertThat(run.released()).contains("host:h1", "rack:rack1");

        run.approved("vm-late");
        assertThat(run.effects()).hasSize(2);
    }

    @Test
    void aVmThatIsGoneIsWaitedForByNobody() {
        OneRun run = OneRun.announcing(given, "vm-a", "vm-b").approved("vm-b");
        given.vm("vm-a").isOn("h2");

        run.waits(Duration.ofMinutes(2));

        assertThat(run.orders()).isNotEmpty();
        assertThat(run.events()).containsExactly("vm-b FREEZE started");
    }

    @Test
    void anApprovalIsKeptWhileItWaitsForItsBudgets() {
        OneRun run = OneRun.announcing(given, "vm-a");
        EventId event = run.run().announcement(new VmId("vm-a")).orElseThrow().event();

        run.told(new RunEvent.HoldRefused(new Hold("rack:rack1", 1), Refusal.of(Hold.TAKEN, "taken")));
        assertThat(run.state()).isInstanceOf(HostRunState.Reserving.class);
        run.told(new RunEvent.NoticeApproved(event, "vm-a")).waits(HostRunDecider.HOLD_RETRY);

        assertThat(run.orders()).hasSize(1);
    }

    @Test
    void aVmThatIsRestartedIsToldOfAReboot() {
        given.host("h1").runs("vm-s");
        OneRun run = OneRun.restarting(given, "h1", "vm-s").begins();
        assertThat(run.run().announcement(new VmId("vm-s")).map(Announcement::kind))
                .isEqualTo(Optional.of(EventKind.REBOOT));

        run.looksAtFreshObservations();
        assertThat(run.events()).containsExactly("vm-s REBOOT started");
    }

    @Test
    void aVmThatStaysWhileItsVmmIsReplacedIsToldUntilItHasANewOne() {
        OneRun run = OneRun.preserving(given, "vm-p").begins().looksAtFreshObservations();
        assertThat(run.events()).containsExactly("vm-p FREEZE");

        run.installed("vm-p");
        assertThat(run.events()).containsExactly("vm-p FREEZE started");

        run.handedOver("vm-p");
        assertThat(run.events()).isEmpty();
    }

    @Test
    void vmsThatStandStillForAnotherKernelAreToldUntilTheyRunAgain() {
        KernelRun kernel = new KernelRun("vm-k").switching();
        assertThat(kernel.run.events()).containsExactly("vm-k FREEZE started");

        kernel.switched("vm-k");
        assertThat(kernel.run.events()).isEmpty();
    }

    @Test
    void whatIsFeltWaitsForAnOpeningOfTheOwnersMaintenanceConfiguration() {
        given.opensDailyAt("03:00", "02:00");
        OneRun run = OneRun.draining(given, "vm-a");

        assertThat(run.events()).containsExactly("vm-a FREEZE");
        run.waits(Duration.ofHours(3).minusSeconds(1));
        assertThat(run.orders()).isEmpty();
        assertThat(run.waits(Duration.ofSeconds(1)).orders()).hasSize(1);
    }

    @Test
    void anOpeningThatHasClosedWhileOthersWereWaitedForIsNotUsed() {
        given.opensDailyAt("03:00", "02:00");
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.vm("vm-b").owner(Intent.DEFAULT.withNotice(Duration.ofHours(10)));
        OneRun run = OneRun.updating(given, "h1").begins();

        run.waits(Duration.ofHours(12));
        assertThat(run.orders())
                .as("both may be disturbed from three o'clock on")
                .isEmpty();
        assertThat(run.waits(given.untilUtc("03:00")).orders()).isNotEmpty();
    }

    @Test
    void anOpeningThatClosesWhileTheHostIsEmptiedIsWaitedForAnew() {
        given.opensDailyAt("03:00", "02:00");
        given.passes(given.untilUtc("04:00"));
        OneRun run = OneRun.draining(given, "vm-a", "vm-b", "vm-c");
        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-b");

        given.passes(Duration.ofMinutes(70));
        run.moved("vm-a").moved("vm-b").looksAtFreshObservations();
        assertThat(run.movesOrdered()).as("it is after five o'clock").hasSize(2);
        assertThat(run.state()).isInstanceOf(HostRunState.Announcing.class);
        assertThat(run.released()).contains("host:h1");
        assertThat(run.events()).containsExactly("vm-c FREEZE");

        run.waits(given.untilUtc("03:00")).looksAtFreshObservations();
        assertThat(run.movesOrdered()).containsExactly("vm-a", "vm-b", "vm-c");
    }

    @Test
    void whatIsRestartedLastWaitsForTheNextOpeningToo() {
        given.opensDailyAt("03:00", "02:00");
        given.host("h1").runs("vm-a", "vm-b");
        given.host("h2");
        given.passes(given.untilUtc("04:00"));
        OneRun run = OneRun.restarting(given, "h1", "vm-a").begins();
        assertThat(run.movesOrdered()).containsExactly("vm-b");

        given.passes(Duration.ofMinutes(70));
        run.moved("vm-b").looksAtFreshObservations();
        assertThat(run.effects()).hasOnlyElementsOfType(Effect.MoveVm.class);
        assertThat(run.events()).containsExactly("vm-a REBOOT");

        run.waits(given.untilUtc("03:00")).looksAtFreshObservations();
        assertThat(run.latest().effect()).isInstanceOf(Effect.StopVm.class);
    }

    @Test
    void anOwnerMayLetItBeginOutsideOfAnOpening() {
        given.opensDailyAt("03:00", "02:00");

        assertThat(OneRun.draining(given, "vm-a").approved("vm-a").orders()).hasSize(1);
    }

    @Test
    void whereNoOpeningComesItIsDoneAfterFiveWeeks() {
        given.windowsExpired();
        OneRun run = OneRun.draining(given, "vm-a");

        assertThat(run.waits(Duration.ofDays(35).minusSeconds(1)).orders()).isEmpty();
        assertThat(run.waits(Duration.ofSeconds(1)).orders()).hasSize(1);
    }

    @Test
    void theSameVmIsToldOfTheSameEventWheneverItIsLookedAt() {
        OneRun run = OneRun.announcing(given, "vm-a");
        EventId first = run.run().announcement(new VmId("vm-a")).orElseThrow().event();

        run.waits(Duration.ofMinutes(5));

        assertThat(run.run().announcement(new VmId("vm-a")).orElseThrow().event())
                .isEqualTo(first);
    }
}
