package dev.evenkeel.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    private final Durations durations = new Durations();

    @ParameterizedTest
    @CsvSource({"90s, PT90S", "1h30m, PT90M", "7d, P7D", "1d12h, PT36H", "PT5M, PT5M", "0.5s, PT0.5S"})
    void readsWhatPeopleWrite(String text, Duration expected) {
        assertThat(durations.convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "0s", "-1s", "soon", "d"})
    void refusesTheRestWithExamples(String text) {
        assertThatThrownBy(() -> durations.convert(text)).hasMessageContaining("such as 90s, 1h30m or 7d");
    }
}
