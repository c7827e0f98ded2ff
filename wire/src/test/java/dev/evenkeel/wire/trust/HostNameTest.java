package dev.evenkeel.wire.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

final class HostNameTest {
    @Test
    void isWhatTheMachineCallsItself() throws IOException {
        Process uname = new ProcessBuilder("uname", "-n").start();
        String name = new String(uname.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();

        assertThat(HostName.own()).isEqualTo(name.toLowerCase(Locale.ROOT));
    }
}
