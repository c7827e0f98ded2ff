package dev.evenkeel.lab.os;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A command of the machine, run to its end. The environment is not inherited: only PATH, HOME and the C locale are
 * set, so that what a command prints does not depend on who calls it.
 *
 * @param words the program and its arguments
 * @param input what it reads on standard input
 * @param limit how long it may take; past it, it is killed and {@link #run} throws
 */
public record Command(List<String> words, String input, Duration limit) {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public Command {
        words = List.copyOf(words);
    }

    /** The command with no input and two minutes of time. */
    public static Command of(String... words) {
        return new Command(List.of(words), "", Duration.ofMinutes(2));
    }

    /** The command with no input and two minutes of time. */
    public static Command of(List<String> words) {
        return new Command(words, "", Duration.ofMinutes(2));
    }

    public Command withInput(String text) {
        return new Command(words, text, limit);
    }

    public Command within(Duration time) {
        return new Command(words, input, time);
    }

    /** What a command left behind: its exit code and all it printed. */
    public record Result(int exit, String out, String err) {
        public boolean ok() {
            return exit == 0;
        }

        /** What is worth showing to a person: the first and the last lines of the errors, else of the output. */
        public String complaint() {
            List<String> lines = (err.isBlank() ? out : err).strip().lines().toList();
            if (lines.size() <= 7) {
                return String.join("\n", lines);
            }
            return String.join("\n", lines.subList(0, 2)) + "\n...\n"
                    + String.join("\n", lines.subList(lines.size() - 5, lines.size()));
        }
    }

    /** Runs it and returns what it left behind, whatever the exit code. */
    public Result run() throws IOException {
        return run(_ -> {});
    }

    /** Runs it, hands each line of its standard error to the watcher as it comes, and returns what it left behind. */
    public Result run(Consumer<String> watcher) throws IOException {
        Process process = builder(words).start();
        CompletableFuture<String> out = CompletableFuture.supplyAsync(
                () -> read(process.getInputStream(), _ -> {}),
                r -> Thread.ofVirtual().start(r));
        CompletableFuture<String> err = CompletableFuture.supplyAsync(
                () -> read(process.getErrorStream(), watcher),
                r -> Thread.ofVirtual().start(r));
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended without reading all of its input: its exit code says whether that is trouble.
        }
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        String.join(" ", words) + ": not finished after " + limit.toSeconds() + " s, killed");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", words) + ": interrupted");
        }
        return new Result(process.exitValue(), whole(out), whole(err));
    }

    /** All of an output. Whoever was started by the command and still has it open is not waited for for ever. */
    private String whole(CompletableFuture<String> output) throws IOException {
        try {
            return output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException(
                    String.join(" ", words) + ": it ended, but another process has its output open still", e);
        } catch (ExecutionException e) {
            throw new IOException(String.join(" ", words) + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", words) + ": interrupted");
        }
    }

    /** Runs it and returns its output; a non-zero exit is an error that quotes what it said. */
    public String check() throws IOException {
        Result result = run();
        if (!result.ok()) {
            throw new IOException(String.join(" ", words) + ": exit " + result.exit() + ": " + result.complaint());
        }
        return result.out();
    }

    /** Starts it in a session of its own, so that it outlives this process and its terminal; output goes to the log. */
    public Process detach(Path log) throws IOException {
        List<String> all = new ArrayList<>(List.of("setsid"));
        all.addAll(words);
        ProcessBuilder builder = builder(all);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectErrorStream(true);
        return builder.start();
    }

    /** Runs it on this process's own terminal and returns its exit code. */
    public int interactive() throws IOException, InterruptedException {
        ProcessBuilder builder = builder(words).inheritIO();
        String term = System.getenv("TERM");
        if (term != null) {
            builder.environment().put("TERM", term);
        }
        return builder.start().waitFor();
    }

    private static ProcessBuilder builder(List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().put("PATH", PATH);
        builder.environment().put("HOME", "/root");
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    private static String read(InputStream stream, Consumer<String> watcher) {
        StringBuilder all = new StringBuilder();
        try (var reader = new java.io.BufferedReader(new java.io.InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                all.append(line).append('\n');
                watcher.accept(line);
            }
        } catch (IOException e) {
            all.append(e.getMessage()).append('\n'); // the pipe broke: the command was killed
        }
        return all.toString();
    }
}
