package dev.evenkeel.bench.demo;

import dev.evenkeel.lab.Lab;
import dev.evenkeel.wire.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The command line of Evenkeel, as a person runs it against a lab: a process of its own in the control namespace. */
public final class Evenkeel {
    private final Lab lab;

    /** Speaks to this lab's server, whatever other labs there are. */
    public Evenkeel(Lab lab) {
        this.lab = lab;
    }

    /** What a command printed and how it ended; see {@code docs/cli.md} for the exit codes. */
    public record Result(int exit, String out) {}

    /** Runs a command with this process's terminal and returns its exit code. */
    public int show(String... words) throws IOException, InterruptedException {
        return builder(words).inheritIO().start().waitFor();
    }

    /** Runs a command and keeps what it prints; complaints go to this process's standard error. */
    public Result run(String... words) throws IOException, InterruptedException {
        Process process =
                builder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out);
    }

    /** Starts a command that goes on, such as {@code events -f}; its output is the caller's to read, and it the caller's to end. */
    public Process start(String... words) throws IOException {
        Process process =
                builder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        return process;
    }

    /**
     * Runs a command that must succeed and reads its answer.
     *
     * @throws IOException when it fails, with its exit code
     */
    public JsonNode json(String... words) throws IOException, InterruptedException {
        Result result =
                run(Stream.concat(Stream.of(words), Stream.of("-o", "json")).toArray(String[]::new));
        if (result.exit() != 0) {
            throw new IOException("evenkeel " + String.join(" ", words) + " ended with " + result.exit());
        }
        return Json.mapper().readTree(result.out());
    }

    /** The items of a list, whether they come bare or as a page. */
    public List<JsonNode> list(String... words) throws IOException, InterruptedException {
        JsonNode tree = json(words);
        JsonNode items = tree.has("items") ? tree.get("items") : tree;
        return items.valueStream().collect(Collectors.toList());
    }

    private ProcessBuilder builder(String... words) {
        List<String> all = new ArrayList<>(List.of(
                "nsenter",
                "--net=/run/netns/" + lab.controlNamespace(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.evenkeel.cli.Main",
                "--state",
                lab.directory().toString(),
                "--server",
                lab.api()));
        all.addAll(List.of(words));
        return new ProcessBuilder(all);
    }
}
