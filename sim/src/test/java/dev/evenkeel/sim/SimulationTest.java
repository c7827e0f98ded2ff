package dev.evenkeel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A thousand worlds in which everything goes wrong. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("evenkeel.sim.seeds", 1000);

    @Test
    void nothingIsLostInAThousandWorlds() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Verdict verdict = Simulation.run(seed);
            assertThat(verdict.holds()).as(verdict::story).isTrue();
            assertThat(Simulation.run(seed).digest())
                    .as("seed %d happens the same way twice", seed)
                    .isEqualTo(verdict.digest());
        }
    }
}
