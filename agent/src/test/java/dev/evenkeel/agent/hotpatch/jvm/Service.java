package dev.evenkeel.agent.hotpatch.jvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The service as a process of its own, under one of the JDKs of this machine. */
final class Service implements AutoCloseable {
    private static final Pattern SAFEPOINT =
            Pattern.compile("Safepoint \"(RedefineClasses[^\"]*)\".*Total: *(\\d+) ns");
    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;
    private final Path log;

    private Service(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /** Home of a JDK or JRE of a major version, if this machine has one. */
    static Optional<Path> home(int major) throws IOException {
        List<Path> homes = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
        if (Files.isDirectory(Path.of("/usr/lib/jvm"))) {
            try (Stream<Path> installed = Files.list(Path.of("/usr/lib/jvm"))) {
                homes.addAll(installed.sorted().toList());
            }
        }
        for (Path home : homes) {
            if (Files.isExecutable(home.resolve("bin/java"))
                    && Files.isRegularFile(home.resolve("release"))
                    && Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"" + major)) {
                return Optional.of(home);
            }
        }
        return Optional.empty();
    }

    /** @param before words before the command, such as one that changes the user */
    static Service start(Path home, Path jar, List<String> before, String... flags) throws IOException {
        Path log = Files.createTempFile(jar.getParent(), "service", ".log");
        log.toFile().setWritable(true, false);
        List<String> words = new ArrayList<>(before);
        words.add(home.resolve("bin/java").toString());
        words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
        words.add("-Xlog:safepoint:file=" + log);
        words.addAll(List.of(flags));
        words.addAll(List.of("-jar", jar.toString(), "one"));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Service service = new Service(process, log);
        service.answers("ready");
        return service;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What the service says to a word. */
    String ask(String word) throws IOException {
        in.println(word);
        return line();
    }

    private void answers(String word) throws IOException {
        String said = line();
        if (!said.equals(word)) {
            throw new IOException("the service said " + said);
        }
    }

    private String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the service has ended");
        }
        return line;
    }

    void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    /** How long its threads stood still for each redefinition, by its own log. */
    List<String> standstills() throws IOException {
        return Files.readAllLines(log).stream()
                .map(SAFEPOINT::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1) + " " + Long.parseLong(found.group(2)) / 1000 + " µs")
                .toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
            Files.deleteIfExists(log);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
