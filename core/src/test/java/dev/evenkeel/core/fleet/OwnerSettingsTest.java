package dev.evenkeel.core.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OwnerSettingsTest {
    @Test
    void whatIsSaidGoesBeforeTheMetadataAndTheRestStays() {
        OwnerSettings said = new OwnerSettings(
                null,
                null,
                Duration.ofSeconds(2),
                null,
                null,
                Intent.Restart.CONSENT,
                null,
                Duration.ofMinutes(15),
                null);
        assertThat(said.over(Intent.DEFAULT))
                .isEqualTo(new Intent(
                        Duration.ofSeconds(2),
                        Intent.Migration.ALLOWED,
                        false,
                        Intent.Restart.CONSENT,
                        Intent.OnHostFailure.LEAVE,
                        Duration.ofMinutes(15)));
        assertThat(OwnerSettings.NONE.over(Intent.DEFAULT)).isEqualTo(Intent.DEFAULT);
    }
}
