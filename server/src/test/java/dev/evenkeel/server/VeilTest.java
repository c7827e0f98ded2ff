package dev.evenkeel.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.server.http.Veil;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VeilTest {
    private final Veil veil = new Veil(new byte[32]);

    @Test
    void whatIsHiddenIsShownAgainAndNoTwoNumbersLookTheSame() {
        Set<Long> hidden = new HashSet<>();
        for (long n = 0; n < 20_000; n++) {
            long opaque = veil.hide(n);
            assertThat(opaque).isBetween(0L, (1L << 52) - 1);
            assertThat(hidden.add(opaque)).isTrue();
            assertThat(veil.show(opaque)).isEqualTo(n);
        }
    }

    @Test
    void theBeginningStaysTheBeginningAndNeighboursAreFarApart() {
        assertThat(veil.hide(0)).isZero();
        assertThat(Math.abs(veil.hide(8) - veil.hide(7))).isGreaterThan(1L << 30);
        assertThat(veil.show(1L << 52)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anotherKeyIsAnotherVeil() {
        assertThat(new Veil(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}).hide(7)).isNotEqualTo(veil.hide(7));
        assertThat(veil.hide("run-1/1")).isNotEqualTo(veil.hide("run-1/2")).hasSize(20);
    }
}
