package dev.evenkeel.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lab.LabVm;
import dev.evenkeel.lab.beat.Pulse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** What nothing that a test does may do to a VM. */
final class Harm {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private Harm() {}

    /** The VM beats, has not restarted since then, runs once, and has found no damage in its memory or disk. */
    static void assertNone(LabVm vm, Instant since) throws IOException {
        assertNoneBut(0, vm, since);
    }

    /** The same of a VM that may have been restarted so often. */
    static void assertNoneBut(int restarts, LabVm vm, Instant since) throws IOException {
        Instant now = Instant.now();
        assertThat(vm.awaitBeat(now, PATIENCE)).as(vm + " beats").isTrue();
        Pulse pulse = vm.pulse(since.minusSeconds(5));
        assertThat(pulse.restarts(since, now)).as("restarts of " + vm).isLessThanOrEqualTo(restarts);
        assertThat(pulse.doubled(since, now)).as("beats of a second " + vm).isZero();
        assertThat(pulse.badPages(since, now)).as("damage in " + vm).isZero();
    }
}
