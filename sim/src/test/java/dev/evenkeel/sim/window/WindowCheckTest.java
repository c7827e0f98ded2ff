package dev.evenkeel.sim.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.sim.window.WindowCheck.Findings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Core's windows against what clocks show minute by minute; {@code evenkeel bench windows} prints the same as a table. */
class WindowCheckTest {
    private static final int FIRST_SEED = 1;
    private static final int EACH = 8_400; // 100,800 in all
    private static final int IN_EVERY_MINUTE = 0; // takes a second each: the benchmark does it

    @ParameterizedTest
    @FieldSource("dev.evenkeel.sim.window.Place#ALL")
    void openingsAgreeInThreeYears(Place place) {
        long seed = FIRST_SEED + (long) EACH * Place.ALL.indexOf(place);

        Findings findings = WindowCheck.run(place, seed, EACH, IN_EVERY_MINUTE);

        assertThat(findings.wrong()).isEmpty();
        assertThat(findings.configurations()).isEqualTo(EACH);
        assertThat(findings.openings()).isGreaterThan(EACH);
    }
}
