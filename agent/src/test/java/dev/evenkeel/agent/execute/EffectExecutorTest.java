package dev.evenkeel.agent.execute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.journal.Journal;
import dev.evenkeel.agent.journal.Journal.Unconfirmed;
import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.HostDriver.Probe;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.UpdateId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EffectExecutorTest {
    private static final RunId RUN = new RunId("run-1");
    private static final HostId HOST = new HostId("h1");
    private static final Outcome MOVED = new Outcome.Moved(
            new HostId("h2"), Duration.ofMillis(12), Duration.ofSeconds(2), Bytes.ofMiB(200), false, null);

    @TempDir
    Path directory = Path.of("");

    private final Semaphore ended = new Semaphore(0);
    private FakeDriver driver = new FakeDriver();
    private Journal journal;
    private EffectExecutor executor;

    @BeforeEach
    void start() throws IOException {
        journal = Journal.open(directory, InstantSource.system());
        executor = new EffectExecutor(journal, driver, ended::release);
        executor.reconcile();
    }

    @AfterEach
    void stop() throws IOException {
        executor.close();
        journal.close();
    }

    /** The agent dies and starts again; what its driver was doing is lost to it. */
    private void restart() throws IOException {
        stop();
        driver = new FakeDriver();
    }

    private static EffectOrder order(int number, Effect effect) {
        return new EffectOrder(new EffectId(RUN + "/" + number), RUN, HOST, 1, effect);
    }

    private static EffectOrder move(int number) {
        return order(
                number,
                new Effect.MoveVm(
                        new VmId("vm"),
                        HOST,
                        new HostId("h2"),
                        "10.0.0.2",
                        Duration.ofSeconds(1),
                        false,
                        Duration.ofMinutes(5)));
    }

    private List<Unconfirmed> awaitReport(int outcomes) throws InterruptedException {
        while (executor.unreported().size() < outcomes) {
            assertThat(ended.tryAcquire(10, TimeUnit.SECONDS))
                    .as("an effect ends")
                    .isTrue();
        }
        return executor.unreported();
    }

    @Test
    void anOrderIsCarriedOutOnceHoweverOftenItComes() throws Exception {
        assertThat(executor.take(move(1))).isTrue();
        assertThat(executor.take(move(1))).isTrue();
        driver.end(move(1).id(), MOVED);
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, move(1).id(), MOVED));
        executor.accepted(List.of(move(1).id()));
        assertThat(executor.unreported()).isEmpty();

        assertThat(executor.take(move(1))).as("a repeat after the end").isTrue();
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, move(1).id(), MOVED));
        assertThat(driver.performed).containsExactly(move(1).id());
    }

    @Test
    void anOrderOfAnOlderEpochIsNotTaken() {
        executor.take(move(1));
        EffectOrder old = new EffectOrder(new EffectId("run-1/2"), RUN, HOST, 0, new Effect.StartVm(new VmId("vm")));
        assertThat(executor.take(old)).isFalse();
    }

    @Test
    void aMoveThatEndedWhileTheAgentWasDeadIsReportedAfterTheStart() throws Exception {
        executor.take(move(1));
        restart();
        driver.probe = o -> new Probe.Ended(MOVED);
        start();
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, move(1).id(), MOVED));
        assertThat(driver.performed).isEmpty();
    }

    @Test
    void aMoveThatGoesOnIsJoined() throws Exception {
        executor.take(move(1));
        restart();
        driver.probe = o -> new Probe.Running();
        driver.end(move(1).id(), MOVED);
        start();
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, move(1).id(), MOVED));
    }

    @Test
    void aMoveThatNeverBeganWaitsUntilTheServerRepeatsIt() throws Exception {
        executor.take(move(1));
        restart();
        Semaphore asked = new Semaphore(0);
        driver.probe = o -> {
            asked.release();
            return new Probe.NotStarted();
        };
        start();
        assertThat(asked.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        driver.end(move(1).id(), MOVED);
        while (driver.performed.isEmpty()) {
            executor.take(move(1)); // the server repeats it until it hears of the end
            Thread.onSpinWait();
        }
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, move(1).id(), MOVED));
        assertThat(driver.performed).containsExactly(move(1).id());
    }

    private static final EffectOrder APPLY = order(1, new Effect.ApplyUpdate(new UpdateId("u"), Method.MIGRATE));
    private static final Outcome HALF = new Outcome.Unknown(Refusal.of("CUT_OFF", "1 of 2 packages in"));

    @Test
    void anApplyThatWasCutOffGoesOnOnlyWhenTheServerRepeatsIt() throws Exception {
        executor.take(APPLY);
        restart();
        driver.probe = o -> new Probe.Ended(HALF);
        start();
        assertThat(executor.unreported()).isEmpty();
        assertThat(driver.performed).isEmpty();

        driver.end(APPLY.id(), new Outcome.Acted());
        executor.take(APPLY);
        executor.wanted(Set.of(APPLY.id()));
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, APPLY.id(), new Outcome.Acted()));
        assertThat(driver.performed).containsExactly(APPLY.id());
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aChangeThatWasCutOffAndIsNoLongerWantedIsLeftAsItIsAndSaysHow(EffectOrder change) throws Exception {
        executor.take(change);
        restart();
        driver.probe = o -> new Probe.Ended(HALF);
        start();
        executor.wanted(Set.of());
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, change.id(), HALF));
        assertThat(driver.performed).isEmpty();
    }

    static List<EffectOrder> changes() {
        return List.of(APPLY, order(1, new Effect.UndoUpdate(new UpdateId("u"), Method.MIGRATE)));
    }

    @ParameterizedTest
    @MethodSource("notMoves")
    void nothingButAMoveIsJoinedEvenIfTheDriverSaysSo(EffectOrder order) throws Exception {
        executor.take(order);
        restart();
        driver.probe = o -> new Probe.Running();
        start();
        executor.wanted(Set.of());
        assertThat(awaitReport(1))
                .singleElement()
                .satisfies(report -> assertThat(report.outcome()).isInstanceOf(Outcome.Unknown.class));
        assertThat(driver.performed).isEmpty();
    }

    static List<EffectOrder> notMoves() {
        return List.of(
                APPLY,
                order(1, new Effect.UndoUpdate(new UpdateId("u"), Method.MIGRATE)),
                order(1, new Effect.VerifyUpdate(new UpdateId("u"))),
                order(1, new Effect.StartVm(new VmId("vm"))));
    }

    @Test
    void aStartThatNeverBeganAndIsNoLongerWantedIsWithdrawn() throws Exception {
        EffectOrder startVm = order(1, new Effect.StartVm(new VmId("vm")));
        executor.take(startVm);
        restart();
        start();
        executor.wanted(Set.of());
        assertThat(awaitReport(1))
                .singleElement()
                .satisfies(report -> assertThat(report.outcome())
                        .isInstanceOfSatisfying(
                                Outcome.Failed.class,
                                failed -> assertThat(failed.why().code()).isEqualTo("WITHDRAWN")));
        assertThat(driver.performed).isEmpty();
    }

    @Test
    void askingAgainOfAnApplyThatStillWaitsSaysHowTheHostWasLeft() throws Exception {
        executor.take(APPLY);
        restart();
        driver.probe = o -> new Probe.Ended(HALF);
        start();
        executor.take(order(2, new Effect.AskAgain(APPLY.id())));
        assertThat(awaitReport(2)).contains(new Unconfirmed(RUN, APPLY.id(), HALF));
        assertThat(driver.performed).isEmpty();
    }

    @Test
    void askingAgainOfAnApplyThatWasCutOffLooksAndDoesNotGoOn() throws Exception {
        executor.take(APPLY);
        driver.end(APPLY.id(), new Outcome.Unknown(Refusal.of("AGENT_BUG", "lost")));
        awaitReport(1);
        executor.accepted(List.of(APPLY.id()));

        driver.probe = o -> new Probe.Ended(HALF);
        executor.take(order(2, new Effect.AskAgain(APPLY.id())));
        assertThat(awaitReport(2)).contains(new Unconfirmed(RUN, APPLY.id(), HALF));
        assertThat(driver.performed).containsExactly(APPLY.id());
    }

    @Test
    void askingAgainReportsTheEffectUnderItsOwnId() throws Exception {
        executor.take(move(1));
        driver.end(move(1).id(), new Outcome.Unknown(Refusal.of("LOST", "the link broke")));
        awaitReport(1);
        executor.accepted(List.of(move(1).id()));

        driver.probe = o -> new Probe.Ended(MOVED);
        executor.take(order(2, new Effect.AskAgain(move(1).id())));
        assertThat(awaitReport(2))
                .contains(new Unconfirmed(RUN, move(1).id(), MOVED))
                .contains(new Unconfirmed(RUN, new EffectId("run-1/2"), new Outcome.Acted()));
    }

    @Test
    void askingAgainOfAnEffectThatNeverCameRefusesItForGood() throws Exception {
        executor.take(order(2, new Effect.AskAgain(move(1).id())));
        assertThat(awaitReport(2)).anySatisfy(report -> {
            assertThat(report.effect()).isEqualTo(move(1).id());
            assertThat(report.outcome()).isInstanceOf(Outcome.Failed.class);
        });
        executor.take(move(1));
        assertThat(driver.performed).isEmpty();
    }

    @Test
    void aDriverThatThrowsMakesTheOutcomeUnknownAndHarmsNoOther() throws Exception {
        EffectExecutor broken = new EffectExecutor(
                journal,
                new dev.evenkeel.core.engine.HostDriver() {
                    @Override
                    public Outcome perform(EffectOrder order) {
                        throw new IllegalStateException("a bug");
                    }

                    @Override
                    public Probe probe(EffectOrder order) {
                        throw new IllegalStateException("a bug");
                    }
                },
                ended::release);
        broken.take(move(1));
        assertThat(ended.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        assertThat(broken.unreported())
                .singleElement()
                .satisfies(report -> assertThat(report.outcome()).isInstanceOf(Outcome.Unknown.class));
        broken.close();
    }

    @Test
    void anAbortDoesNotWaitBehindTheMoves() throws Exception {
        for (int i = 1; i <= 40; i++) {
            executor.take(move(i));
        }
        EffectOrder abort = order(99, new Effect.AbortMove(new VmId("vm"), move(1).id()));
        driver.end(abort.id(), new Outcome.Acted());
        executor.take(abort);
        assertThat(awaitReport(1)).containsExactly(new Unconfirmed(RUN, abort.id(), new Outcome.Acted()));
    }
}
