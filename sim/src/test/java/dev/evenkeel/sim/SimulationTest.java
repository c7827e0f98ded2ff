package dev.evenkeel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A thousand worlds in which everything goes wrong. */
class SimulationTest {
    private static final long SEEDS = 1000;

    @Test
    void nothingIsLostInAThousandWorldsAndEachHappensTheSameWayTwice() {
        List<Verdict> verdicts = LongStream.rangeClosed(1, SEEDS)
                .parallel()
                .mapToObj(seed -> {
                    Verdict verdict = Simulation.run(seed);
                    assertThat(verdict.holds()).as(verdict::story).isTrue();
                    assertThat(Simulation.run(seed).digest())
                            .as("seed %d happens the same way twice", seed)
                            .isEqualTo(verdict.digest());
                    return verdict;
                })
                .toList();

        assertThat(tally(verdicts))
                .as("the worlds are wild enough to mean something")
                .containsKeys(
                        "host run DONE",
                        "host run UNDONE VERIFY_FAILED",
                        "host run CANCELLED CANCELLED",
                        "host run REFUSED VMS_STUCK",
                        "host run FAILED RESOLVED",
                        "rollout DONE",
                        "rollout PARTIAL",
                        "rollout CANCELLED",
                        "asks EFFECT_OVERDUE",
                        "halted GATE_FAILURES",
                        "halted GATE_VM_LOST",
                        "halted GATE_NO_DATA",
                        "order AbortMove",
                        "order AskAgain",
                        "order StartVm",
                        "order StopVm",
                        "host run REFUSED STOP_FAILED",
                        "notice VmRestarted",
                        "notice VmKeptRunning",
                        "notice VmRedeployed",
                        "host run REFUSED NO_START",
                        "host run REFUSED DID_NOT_STOP",
                        "notice HostFilledAgain",
                        "DONE HOT_PATCH",
                        "UNDONE HOT_PATCH",
                        "DONE HOT_PATCH back",
                        "host run REFUSED TRANSITION_STUCK",
                        "order SwitchKernel",
                        "host run UNDONE PANIC",
                        "host run UNDONE SAVE_FAILED",
                        "asks NOT_RESUMED",
                        "notice VmDied HOST_FAILED",
                        "switch back",
                        "switch INTERRUPTED",
                        "switch POWER_LOST");
    }

    private static Map<String, Integer> tally(List<Verdict> verdicts) {
        TreeMap<String, Integer> all = new TreeMap<>();
        verdicts.forEach(verdict -> verdict.tally().forEach((what, count) -> all.merge(what, count, Integer::sum)));
        return all;
    }
}
