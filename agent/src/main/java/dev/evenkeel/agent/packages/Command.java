package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program of the host and waits for its end. Output goes through a file, so that a child left behind by it can't hold us. */
public final class Command {
    /** What a program said and how it ended; {@code exit} is -1 when it did not end within its limit. */
    public record Result(int exit, String output) {
        public boolean ok() {
            return exit == 0;
        }

        /** The last part of the output, for evidence. */
        public String tail() {
            String text = output.strip();
            return text.length() <= 2000 ? text : "…" + text.substring(text.length() - 2000);
        }
    }

    private Command() {}

    /**
     * @param limit after which the program, and it alone, is told to end
     * @throws IOException when the program can't be started
     */
    public static Result run(Duration limit, Map<String, String> environment, List<String> words) throws IOException {
        Path output = Files.createTempFile("evenkeel-", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().putAll(environment);
            builder.environment().put("LC_ALL", "C.UTF-8");
            Process process = builder.start();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroy();
            }
            return new Result(ended ? process.exitValue() : -1, Files.readString(output, StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while " + words.getFirst() + " ran");
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
