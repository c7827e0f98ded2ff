package dev.evenkeel.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.core.engine.Effect;
import dev.evenkeel.core.engine.EffectId;
import dev.evenkeel.core.engine.Hold;
import dev.evenkeel.core.engine.Outcome;
import dev.evenkeel.core.engine.Run;
import dev.evenkeel.core.engine.RunEvent;
import dev.evenkeel.core.engine.RunId;
import dev.evenkeel.core.engine.RunOutcome;
import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.HostId;
import dev.evenkeel.core.fleet.MigrationDomainId;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.fleet.VmId;
import dev.evenkeel.core.hostrun.HostRun;
import dev.evenkeel.core.hostrun.HostRunState;
import dev.evenkeel.core.hostrun.Move;
import dev.evenkeel.core.hostrun.Purpose;
import dev.evenkeel.core.hostrun.RunPolicy;
import dev.evenkeel.core.rollout.Rollout;
import dev.evenkeel.core.rollout.RolloutPolicy;
import dev.evenkeel.core.update.Method;
import dev.evenkeel.core.update.PackageFile;
import dev.evenkeel.core.update.Update;
import dev.evenkeel.core.update.UpdateId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class JsonTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00.123456Z");
    private static final MigrationDomainId SHARD = new MigrationDomainId("default");

    private static <T> T roundTrip(T value, Class<T> type) {
        return Json.mapper().readValue(Json.mapper().writerFor(type).writeValueAsString(value), type);
    }

    @Test
    void runsComeBackAsTheyWere() {
        HostRun run = HostRun.ordered(
                new RunId("r1"),
                SHARD,
                new HostId("h1"),
                new Purpose.UpdateHost(new UpdateId("qemu-11.1"), Method.MIGRATE),
                RunPolicy.DEFAULT,
                new RunId("ro1"),
                List.of(new Hold("rack:a", 1)),
                NOW,
                "ann",
                "because");
        Rollout rollout = Rollout.ordered(
                new RunId("ro1"),
                SHARD,
                new UpdateId("qemu-11.1"),
                RolloutPolicy.DEFAULT,
                List.of(List.of(new HostId("h1")), List.of(new HostId("h2"))),
                NOW,
                "ann",
                "because");
        assertThat(roundTrip(run, Run.class)).isEqualTo(run);
        assertThat(roundTrip(rollout, Run.class)).isEqualTo(rollout);
    }

    @Test
    void aStateInsideAStateComesBack() {
        HostRunState state = new HostRunState.NeedsPerson(
                new HostRunState.Applying(new EffectId("r1/3"), NOW, Refusal.of("CANCELLED", "by ann")),
                Refusal.of("EFFECT_OVERDUE", "no word").with("effect", "r1/3"),
                NOW,
                NOW.plusSeconds(60));
        assertThat(roundTrip(state, HostRunState.class)).isEqualTo(state);
    }

    @Test
    void effectsOutcomesAndEventsComeBack() {
        Effect move = new Effect.MoveVm(
                new VmId("6f1c"),
                new HostId("h1"),
                new HostId("h2"),
                "10.77.0.12",
                Duration.ofMillis(1500),
                true,
                Duration.ofMinutes(20));
        assertThat(roundTrip(move, Effect.class)).isEqualTo(move);
        Outcome moved = new Outcome.Moved(
                new HostId("h2"),
                Duration.ofNanos(12_345_678),
                Duration.ofSeconds(3),
                Bytes.ofMiB(7),
                false,
                Duration.ofMillis(-12),
                null,
                null);
        RunEvent ended = new RunEvent.EffectEnded(new EffectId("r1/3"), moved);
        assertThat(roundTrip(ended, RunEvent.class)).isEqualTo(ended);
        RunEvent resolved = new RunEvent.ResolveOrdered("ann", RunOutcome.DONE, "I looked");
        assertThat(roundTrip(resolved, RunEvent.class)).isEqualTo(resolved);
    }

    @Test
    void aChangeOfTheKernelComesBackWithEveryVmThatStoodStill() {
        Effect back = new Effect.SwitchKernel(new UpdateId("kernel-6.2"), true);
        assertThat(roundTrip(back, Effect.class)).isEqualTo(back);
        Outcome switched = new Outcome.Switched(
                new TreeMap<>(Map.of("kernel", "6.1")),
                new TreeMap<>(Map.of("kernel", "6.1")),
                List.of(
                        new Outcome.Stood(
                                new VmId("6f1c"),
                                Duration.ofNanos(12_345_678_901L),
                                Duration.ofSeconds(18),
                                Duration.ofSeconds(-12),
                                Duration.ofMillis(1),
                                null),
                        new Outcome.Stood(
                                new VmId("7a2d"),
                                Duration.ofSeconds(12),
                                Duration.ofSeconds(18),
                                null,
                                null,
                                Refusal.of("POWER_LOST", "its host lost its power"))),
                Refusal.of("PANIC", "the kernel did not come up"));
        RunEvent ended = new RunEvent.EffectEnded(new EffectId("r1/4"), switched);
        assertThat(roundTrip(ended, RunEvent.class)).isEqualTo(ended);
    }

    @Test
    void aRunWhoseVmsStandStillComesBack() {
        HostRunState waiting = new HostRunState.Switching(
                List.of(), null, NOW, NOW.plusSeconds(60), null, Refusal.of("VERIFY_FAILED", "it runs another"));
        assertThat(roundTrip(waiting, HostRunState.class)).isEqualTo(waiting);
        Move move = new Move(
                new VmId("6f1c"),
                "web-1",
                Move.Status.MOVING,
                1,
                new EffectId("r1/4"),
                new HostId("h1"),
                NOW,
                NOW,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                null);
        HostRunState asked = new HostRunState.NeedsPerson(
                new HostRunState.Switching(
                        List.of(move),
                        new EffectId("r1/4"),
                        NOW,
                        NOW.plusSeconds(60),
                        Refusal.of("CANCELLED", "by ann"),
                        null),
                Refusal.of("NOT_RESUMED", "one stands still"),
                NOW,
                NOW.plusSeconds(60));
        assertThat(roundTrip(asked, HostRunState.class)).isEqualTo(asked);
    }

    @Test
    void aManifestIsReadFromYaml() {
        Update update = Json.yaml().readValue("""
                id: qemu-11.1
                version: "11.1.3"
                component: vmm
                severity: important
                title: QEMU 11.1
                methods:
                  MIGRATE:
                    packages:
                      - {file: a.deb, sha256: "00", size: 12, name: a, version: "1"}
                verify: {qemu: "11.1"}
                """, Update.class);
        assertThat(update.payload(Method.MIGRATE).orElseThrow().packages())
                .containsExactly(new PackageFile("a.deb", "00", new Bytes(12), "a", "1"));
        assertThat(Json.yaml().readValue(Json.yaml().writeValueAsString(update), Update.class))
                .isEqualTo(update);
    }

    @Test
    void aFieldThatNobodyKnowsIsRefusedByName() {
        assertThatThrownBy(() -> Json.yaml()
                        .readValue(
                                "file: a.deb\nsha256: a\nsize: 1\nname: a\nversion: b\nvresion: 1\n",
                                PackageFile.class))
                .isInstanceOf(JacksonException.class)
                .hasMessageContaining("vresion");
    }

    @Test
    void aFieldThatIsMissingIsNamed() {
        assertThatThrownBy(() -> Json.yaml().readValue("id: a\n", Update.class))
                .isInstanceOf(JacksonException.class)
                .hasMessageContaining("version");
    }
}
