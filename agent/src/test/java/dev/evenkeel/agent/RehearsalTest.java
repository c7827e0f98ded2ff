package dev.evenkeel.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.agent.libvirt.Libvirt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
    @Test
    void a_start_is_gone_through_without_a_server_or_a_fleet(@TempDir Path state) throws IOException {
        Rehearsal.main(new String[] {state.toString()});
        assertThat(state.resolve("certificate.pem")).doesNotExist();
        assertThat(Files.exists(state.resolve("seen")))
                .isEqualTo(Libvirt.whyUnavailable().isEmpty());
    }
}
