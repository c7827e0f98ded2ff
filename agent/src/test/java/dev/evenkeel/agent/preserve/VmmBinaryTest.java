package dev.evenkeel.agent.preserve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that runs, and is replaced as dpkg replaces it: by a rename. */
class VmmBinaryTest {
    private static final Path CAT = Path.of("/bin/cat");

    @TempDir
    Path directory = Path.of("");

    private Path program = Path.of("");
    private Process process;

    VmmBinaryTest() throws IOException {
        process = new ProcessBuilder("true").start();
    }

    @BeforeEach
    void runs() throws IOException {
        program = Files.copy(CAT.toRealPath(), directory.resolve("vmm"), StandardCopyOption.COPY_ATTRIBUTES);
        process = new ProcessBuilder(program.toString()).start();
    }

    @AfterEach
    void ends() {
        process.destroyForcibly();
    }

    private void install(Path file) throws IOException {
        Path copy = Files.copy(file.toRealPath(), directory.resolve("new"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.move(copy, program, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void whatWasNotReplacedIsInstalled() throws IOException {
        assertThat(VmmBinary.isInstalled(process.pid())).isTrue();
        assertThat(VmmBinary.installedFor(process.pid())).isEqualTo(program);
    }

    @Test
    void whatWasReplacedByAnotherIsNot() throws IOException {
        install(Path.of("/bin/ls"));

        assertThat(VmmBinary.isInstalled(process.pid())).isFalse();
        assertThat(VmmBinary.installedFor(process.pid())).isEqualTo(program);
    }

    @Test
    void whatWasBroughtBackIs() throws IOException {
        install(Path.of("/bin/ls"));
        install(CAT);

        assertThat(VmmBinary.isInstalled(process.pid())).isTrue();
    }

    @Test
    void whatWasRemovedIsNot() throws IOException {
        Files.delete(program);

        assertThat(VmmBinary.isInstalled(process.pid())).isFalse();
    }
}
