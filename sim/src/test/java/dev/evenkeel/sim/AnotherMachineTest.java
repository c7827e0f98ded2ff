package dev.evenkeel.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Some hash orders differ only between two Java machines: a seed must happen the same way in both. */
class AnotherMachineTest {
    @Test
    void aSeedHappensTheSameWayInAnotherMachine() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process other = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Digests.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        String there = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(other.waitFor()).isZero();
        assertThat(there).isEqualTo(Digests.some());
    }
}
