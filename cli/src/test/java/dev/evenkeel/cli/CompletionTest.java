package dev.evenkeel.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionTest {
    @Test
    void bashOffersTheVerbsOfANoun(@TempDir Path folder) throws IOException, InterruptedException {
        Path script = folder.resolve("completion.bash");
        Files.writeString(
                script,
                Shell.toNowhere()
                        .run("completion", "bash")
                        .endsWith(ExitCode.OK)
                        .out());
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source " + script
                                + "; COMP_WORDS=(evenkeel rollout ''); COMP_CWORD=2; _complete_evenkeel; echo \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();

        String offered = new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);

        assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(offered).contains("start").contains("watch").contains("cancel");
    }
}
