package dev.evenkeel.lab.beat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PulseTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String BOOT = "00000000000000aa";
    private static final String OTHER_BOOT = "00000000000000bb";

    private final List<Beat> beats = new ArrayList<>();
    private long guestMs;
    private long outsideMs;
    private long sequence;

    @Test
    void a_steady_pulse_has_a_gap_of_one_period_and_no_stop() {
        beat(BOOT, 100);
        assertThat(pulse().gap(at(400), at(1000))).isEqualTo(Duration.ofMillis(20));
        assertThat(pulse().stop(at(400), at(1000))).contains(Duration.ZERO);
        assertThat(pulse().restarts(at(0), at(2000))).isZero();
        assertThat(pulse().doubled(at(0), at(2000))).isZero();
    }

    @Test
    void a_vm_that_stood_still_shows_it_in_gap_and_stop() {
        beat(BOOT, 50);
        outsideMs += 130; // the guest's clock does not move
        beat(BOOT, 50);
        assertThat(pulse().gap(at(900), at(1300))).isEqualTo(Duration.ofMillis(150));
        assertThat(pulse().stop(at(900), at(1300))).contains(Duration.ofMillis(130));
        assertThat(pulse().normalGap(at(900), at(1300))).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void beats_lost_on_the_way_are_a_gap_but_no_stop() {
        beat(BOOT, 50);
        outsideMs += 200;
        guestMs += 200;
        beat(BOOT, 50);
        assertThat(pulse().gap(at(900), at(1300))).isEqualTo(Duration.ofMillis(220));
        assertThat(pulse().stop(at(900), at(1300))).contains(Duration.ZERO);
    }

    @Test
    void a_late_datagram_does_not_count_as_a_stop() {
        beat(BOOT, 50);
        late(300);
        beat(BOOT, 50);
        assertThat(pulse().stop(at(990), at(1010))).contains(Duration.ZERO);
    }

    @Test
    void silence_at_the_end_is_a_gap_too() {
        beat(BOOT, 50);
        assertThat(pulse().gap(at(500), at(3000))).isEqualTo(Duration.ofMillis(2020));
        assertThat(pulse().aliveSince(at(1500))).isFalse();
        assertThat(pulse().aliveSince(at(900))).isTrue();
    }

    @Test
    void a_vm_that_never_beat_has_a_gap_as_long_as_the_stretch() {
        assertThat(pulse().gap(at(0), at(1000))).isEqualTo(Duration.ofSeconds(1));
        assertThat(pulse().stop(at(0), at(1000))).isEmpty();
        assertThat(pulse().last()).isEmpty();
    }

    @Test
    void another_boot_is_a_restart_and_no_stop() {
        beat(BOOT, 50);
        outsideMs += 3000;
        guestMs = 0;
        sequence = 0;
        beat(OTHER_BOOT, 50);
        assertThat(pulse().restarts(at(500), at(5000))).isEqualTo(1);
        assertThat(pulse().restarts(at(0), at(900))).isZero();
        assertThat(pulse().stop(at(900), at(4100))).isEmpty();
        assertThat(pulse().doubled(at(0), at(9000))).isZero();
    }

    @Test
    void two_senders_of_one_boot_are_doubled() {
        beat(BOOT, 50);
        long ms = guestMs;
        for (int i = 0; i < 10; i++) {
            add(ms, outsideMs, sequence, 0, BOOT);
            add(ms, outsideMs + 3, sequence, 0, BOOT);
            ms += 20;
            outsideMs += 20;
            sequence++;
        }
        assertThat(pulse().doubled(at(0), at(5000))).isEqualTo(10);
    }

    @Test
    void an_old_boot_that_goes_on_beside_the_new_one_is_doubled() {
        beat(BOOT, 20);
        for (int i = 0; i < 5; i++) {
            add(i * 20L, outsideMs, i, 0, OTHER_BOOT);
            add(guestMs, outsideMs + 5, sequence++, 0, BOOT);
            outsideMs += 20;
        }
        assertThat(pulse().doubled(at(0), at(5000))).isEqualTo(5);
    }

    @Test
    void bad_pages_count_from_the_stretch_on_and_anew_after_a_boot() {
        add(0, 0, 0, 3, BOOT);
        add(20, 20, 1, 3, BOOT);
        add(40, 40, 2, 5, BOOT);
        add(0, 60, 0, 0, OTHER_BOOT);
        add(20, 80, 1, 1, OTHER_BOOT);
        assertThat(pulse().badPages(at(10), at(1000))).isEqualTo(3);
    }

    @Test
    void a_line_cut_short_is_no_beat() {
        assertThat(Beat.parse("1 2 3 4 5 6 00000000000000aa")).isPresent();
        assertThat(Beat.parse("1 2 3 4 5 6 00000000000000")).isEmpty();
        assertThat(Beat.parse("1 2 3 4")).isEmpty();
        assertThat(Beat.parse("1 2 3 x 5 6 00000000000000aa")).isEmpty();
    }

    private Pulse pulse() {
        return new Pulse(beats);
    }

    private void beat(String boot, int times) {
        for (int i = 0; i < times; i++) {
            add(guestMs, outsideMs, sequence++, 0, boot);
            guestMs += 20;
            outsideMs += 20;
        }
    }

    /** The last beat of those so far arrived this much later than it was sent. */
    private void late(long ms) {
        Beat last = beats.removeLast();
        beats.add(new Beat(last.arrivalNs() + ms * 100_000, last.sequence(), last.monotonicNs(), 0, 0, 0, BOOT));
    }

    private void add(long guest, long outside, long number, long bad, String boot) {
        long arrival = Pulse.nanos(START) + outside * 1_000_000;
        beats.add(new Beat(arrival, number, guest * 1_000_000, 0, 0, bad, boot));
    }

    private static Instant at(long ms) {
        return START.plusMillis(ms);
    }
}
