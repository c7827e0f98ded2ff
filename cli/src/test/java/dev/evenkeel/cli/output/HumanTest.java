package dev.evenkeel.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HumanTest {
    @ParameterizedTest
    @CsvSource({
        "PT-5S, 0s",
        "PT0S, 0s",
        "PT59S, 59s",
        "PT3M12S, 3m12s",
        "PT5M, 5m",
        "PT5H40M, 5h40m",
        "PT49H, 2d1h",
        "P12D, 12d"
    })
    void agesAreShort(Duration age, String text) {
        assertThat(Human.age(age)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0 ms", "PT0.85S, 850 ms", "PT2.44S, 2.4 s", "PT41.2S, 41 s", "PT2M5S, 2m5s"})
    void lengthsKeepWhatMatters(Duration length, String text) {
        assertThat(Human.length(length)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "512, 512 B", "100663296, 96 MiB", "1610612736, 1.5 GiB", "1099511627776, 1 TiB"})
    void sizesAreBinary(long bytes, String text) {
        assertThat(Human.size(bytes)).isEqualTo(text);
    }
}
