package dev.evenkeel.agent.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.EffectOrder;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final RunId RUN = new RunId("run-1");
    private static final Outcome DONE = new Outcome.Acted();

    @TempDir
    Path directory = Path.of("");

    private Instant now = Instant.parse("2026-11-22T12:00:00Z");

    private Journal open() throws IOException {
        return Journal.open(directory, () -> now);
    }

    private static EffectOrder order(int number, long epoch) {
        return new EffectOrder(
                new EffectId(RUN + "/" + number),
                RUN,
                new HostId("h1"),
                epoch,
                new Effect.StartVm(new VmId("vm-" + number)));
    }

    @Test
    void anOrderBeginsOnceAndARepeatIsAnsweredWithTheRecordedOutcome() throws IOException {
        try (Journal journal = open()) {
            assertThat(journal.admit(order(1, 1))).isEqualTo(new Admission.Begin());
            assertThat(journal.admit(order(1, 1))).isEqualTo(new Admission.UnderWay());
            journal.ended(RUN, order(1, 1).id(), DONE);
            assertThat(journal.admit(order(1, 1))).isEqualTo(new Admission.Recorded(DONE));
        }
    }

    @Test
    void whatWasBegunAndHowItEndedOutlivesTheAgent() throws IOException {
        try (Journal journal = open()) {
            journal.admit(order(1, 1));
            journal.admit(order(2, 1));
            journal.ended(RUN, order(1, 1).id(), DONE);
        }
        try (Journal journal = open()) {
            assertThat(journal.underWay()).containsExactly(order(2, 1));
            assertThat(journal.admit(order(1, 1))).isEqualTo(new Admission.Recorded(DONE));
            assertThat(journal.unconfirmed())
                    .containsExactly(new Journal.Unconfirmed(RUN, order(1, 1).id(), DONE));
        }
    }

    @Test
    void aConfirmedOutcomeIsNotReportedAgainButStillAnswersARepeat() throws IOException {
        try (Journal journal = open()) {
            journal.admit(order(1, 1));
            journal.ended(RUN, order(1, 1).id(), DONE);
            journal.confirmed(List.of(order(1, 1).id()));
        }
        try (Journal journal = open()) {
            assertThat(journal.unconfirmed()).isEmpty();
            assertThat(journal.admit(order(1, 1))).isEqualTo(new Admission.Recorded(DONE));
        }
    }

    @Test
    void anOrderOfAnOlderEpochIsRefusedAlsoAfterARestart() throws IOException {
        try (Journal journal = open()) {
            journal.admit(order(1, 7));
            assertThat(journal.admit(order(2, 6))).isEqualTo(new Admission.Outdated(7));
        }
        try (Journal journal = open()) {
            assertThat(journal.admit(order(1, 6))).isEqualTo(new Admission.Outdated(7));
            assertThat(journal.admit(order(1, 8))).isEqualTo(new Admission.UnderWay());
        }
        try (Journal journal = open()) {
            assertThat(journal.admit(order(3, 7)))
                    .as("a repeat under a newer epoch raises it too")
                    .isEqualTo(new Admission.Outdated(8));
        }
    }

    @Test
    void anUnknownOutcomeIsReplacedByALaterOne() throws IOException {
        try (Journal journal = open()) {
            journal.admit(order(1, 1));
            journal.ended(RUN, order(1, 1).id(), new Outcome.Unknown(Refusal.of("LOST", "nobody knows")));
            journal.confirmed(List.of(order(1, 1).id()));
            journal.ended(RUN, order(1, 1).id(), DONE);
        }
        try (Journal journal = open()) {
            assertThat(journal.outcome(order(1, 1).id())).contains(DONE);
            assertThat(journal.unconfirmed()).hasSize(1);
        }
    }

    @Test
    void anEffectThatWasRefusedBeforeItCameNeverBegins() throws IOException {
        try (Journal journal = open()) {
            journal.ended(RUN, order(1, 1).id(), DONE);
            assertThat(journal.admit(order(1, 1))).isEqualTo(new Admission.Recorded(DONE));
        }
    }

    @Test
    void aTornLastLineIsCutOffWhereverItTore() throws IOException {
        Path file = directory.resolve("effects.log");
        try (Journal journal = open()) {
            journal.admit(order(1, 1));
        }
        long whole = Files.size(file);
        try (Journal journal = open()) {
            journal.admit(order(2, 1));
        }
        byte[] both = Files.readAllBytes(file);
        for (int length = (int) whole; length < both.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(both, length));
            try (Journal journal = open()) {
                assertThat(journal.underWay()).as("torn at byte %d", length).containsExactly(order(1, 1));
                assertThat(journal.admit(order(2, 1))).isEqualTo(new Admission.Begin());
            }
        }
    }

    @Test
    void aDamagedLineBeforeGoodOnesIsNotPassedOver() throws IOException {
        Path file = directory.resolve("effects.log");
        try (Journal journal = open()) {
            journal.admit(order(1, 1));
            journal.admit(order(2, 1));
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[20] ^= 1;
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("damaged at byte 0");
    }

    @Test
    void twoAgentsCannotUseOneJournal() throws IOException {
        try (Journal journal = open()) {
            assertThat(journal.underWay()).isEmpty();
            assertThatThrownBy(this::open).hasMessageContaining("in use");
        }
    }

    @Test
    void aJournalThatGrowsIsCompactedAndForgetsOnlyWhatIsConfirmedAndOld() throws IOException {
        Path file = directory.resolve("effects.log");
        try (Journal journal = open()) {
            journal.admit(order(1, 3));
            Outcome long1 = new Outcome.Unknown(Refusal.of("LONG", "x".repeat(10_000)));
            for (int i = 2; i < 60; i++) {
                journal.admit(order(i, 3));
                journal.ended(RUN, order(i, 3).id(), long1);
                journal.confirmed(List.of(order(i, 3).id()));
            }
            now = now.plus(Journal.KEEP).plus(Duration.ofHours(1));
            for (int i = 60; i < 120; i++) {
                journal.admit(order(i, 3));
                journal.ended(RUN, order(i, 3).id(), long1);
            }
        }
        assertThat(Files.size(file)).isLessThan(1_000_000);
        try (Journal journal = open()) {
            assertThat(journal.underWay()).containsExactly(order(1, 3));
            assertThat(journal.unconfirmed()).hasSize(60);
            assertThat(journal.admit(order(200, 2))).isEqualTo(new Admission.Outdated(3));
        }
    }
}
