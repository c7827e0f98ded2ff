package dev.evenkeel.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IntentTest {
    @Test
    void anOwnerWhoSaidNothingNeedsNoNotice() {
        assertThat(Intent.DEFAULT.notice()).isEqualTo(Duration.ZERO);
    }

    @Test
    void noticeIsFromNothingToTwentyEightDays() {
        assertThat(Intent.DEFAULT.withNotice(Duration.ofDays(28)).notice()).isEqualTo(Duration.ofDays(28));
        assertThatThrownBy(() -> Intent.DEFAULT.withNotice(Duration.ofDays(28).plusMillis(1)))
                .hasMessageContaining("notice")
                .hasMessageContaining("PT672H");
        assertThatThrownBy(() -> Intent.DEFAULT.withNotice(Duration.ofSeconds(-1)))
                .hasMessageContaining("notice");
    }
}
