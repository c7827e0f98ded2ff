package dev.evenkeel.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Host;
import dev.evenkeel.core.fleet.HostFacts;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.Topology;
import dev.evenkeel.core.fleet.Vm;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.impact.Impact;
import dev.evenkeel.core.impact.PauseModel;
import dev.evenkeel.core.impact.VmForecast;
import dev.evenkeel.server.SomeVm;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The forecasts of restarts, hand-overs and changes of the kernel rest on those that were seen. */
class LearnedPausesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private final LearnedPauses pauses = new LearnedPauses();

    private void restart(String host, Duration took) {
        pauses.learn(new HostId(host), new Outcome.Stopped(NOW));
        pauses.learn(new HostId(host), new Outcome.Started(NOW.plus(took), false));
    }

    @Test
    void beforeAnyWasSeenItIsCautious() {
        assertThat(pauses.restart()).isEqualTo(PauseModel.RESTART);
    }

    @Test
    void itIsTheMedianOfThoseThatWereSeen() {
        restart("h1", Duration.ofSeconds(40));
        restart("h2", Duration.ofSeconds(50));
        restart("h3", Duration.ofMinutes(30));

        assertThat(pauses.restart()).isEqualTo(Duration.ofSeconds(50));
    }

    @Test
    void aVmThatRanAlreadyTeachesNothing() {
        pauses.learn(new HostId("h1"), new Outcome.Stopped(NOW));
        pauses.learn(new HostId("h1"), new Outcome.Started(NOW.plusSeconds(1), true));

        assertThat(pauses.restart()).isEqualTo(PauseModel.RESTART);
    }

    private static final HostId H1 = new HostId("h1");

    private void handOver(HostId host, long millis) {
        pauses.learn(
                host,
                new Outcome.Moved(host, Duration.ofMillis(millis), Duration.ofSeconds(2), Bytes.ZERO, false, null));
    }

    private Duration handOverOn(HostId id) {
        return ((Impact.Pause) pauses.handOver(vmOn(id), host(id)).impact()).expected();
    }

    private static Host host(HostId id) {
        return new Host(
                id,
                new Topology("r", "z", "rack1", new MigrationDomainId("md1")),
                new HostFacts(id.value(), "a", "x86_64", "sim", 2, Bytes.ofMiB(1), new TreeMap<>(), new TreeSet<>()),
                false,
                false,
                true,
                NOW);
    }

    private static Vm vmOn(HostId id) {
        return SomeVm.on(id, "vm-a").vm();
    }

    @Test
    void aHandOverIsForeseenFromThoseOfItsHostElseFromAll() {
        assertThat(handOverOn(H1)).isEqualTo(PauseModel.HAND_OVER);
        handOver(H1, 20);
        handOver(H1, 25);
        handOver(H1, 900);

        assertThat(handOverOn(H1)).isEqualTo(Duration.ofMillis(25));
        assertThat(handOverOn(new HostId("h2"))).isEqualTo(Duration.ofMillis(25));
    }

    private VmForecast switchOn(String host) {
        return pauses.switchKernel(vmOn(new HostId(host)), host(new HostId(host)));
    }

    private static Outcome.Stood stood(String vm, long seconds, @Nullable Refusal died) {
        return new Outcome.Stood(
                new VmId(vm), Duration.ofSeconds(seconds), Duration.ofSeconds(seconds + 5), null, null, died);
    }

    private static Outcome switched(@Nullable Refusal why, Outcome.Stood... stood) {
        return new Outcome.Switched(new TreeMap<>(), new TreeMap<>(), List.of(stood), why);
    }

    @Test
    void aChangeOfTheKernelIsForeseenFromEveryVmThatStoodStillForOneOnItsHostElseOnAny() {
        assertThat(switchOn("h1").impact()).isEqualTo(new Impact.Pause(PauseModel.SWITCH_KERNEL));
        pauses.learn(H1, switched(null, stood("vm-a", 14, null), stood("vm-b", 15, null), stood("vm-c", 40, null)));
        pauses.learn(new HostId("h2"), switched(null, stood("vm-d", 90, null)));

        assertThat(switchOn("h1").impact()).isEqualTo(new Impact.Pause(Duration.ofSeconds(15)));
        assertThat(switchOn("h1").total()).isEqualTo(Duration.ofSeconds(20));
        assertThat(switchOn("h2").impact()).isEqualTo(new Impact.Pause(Duration.ofSeconds(90)));
        assertThat(switchOn("h3").impact()).as("of all four").isEqualTo(new Impact.Pause(Duration.ofSeconds(40)));
    }

    @Test
    void aKernelThatDidNotComeUpOrAVmThatDiedTeachesNothing() {
        Refusal no = Refusal.of("PANIC", "it did not come up");
        pauses.learn(H1, switched(no, stood("vm-a", 40, null)));
        pauses.learn(H1, switched(null, stood("vm-a", 300, no)));
        pauses.learn(H1, switched(null));

        assertThat(switchOn("h1").impact()).isEqualTo(new Impact.Pause(PauseModel.SWITCH_KERNEL));
    }
}
