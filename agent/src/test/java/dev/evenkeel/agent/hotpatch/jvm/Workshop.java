package dev.evenkeel.agent.hotpatch.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Entry;
import dev.evenkeel.agent.hotpatch.jvm.JvmReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A compiled service, the means to make patches of it, and an agent's state directory. */
final class Workshop {
    static final Limits LIMITS = new Limits(Duration.ofSeconds(60), Duration.ofSeconds(10));

    final Path directory;
    final Path service;
    private final String tag = Long.toHexString(System.nanoTime());
    final PatchJars jars;

    Workshop(Path directory) throws IOException {
        this.directory = directory;
        Path classes = Files.createDirectory(directory.resolve("classes"));
        PatchJars.compile(classes, 17, Sources.service());
        this.jars = new PatchJars(directory, classes, tag);
        this.service = jars.service();
    }

    /** An agent as it is after a start: it remembers nothing. */
    JvmPatcher agent() {
        return agent(LIMITS);
    }

    JvmPatcher agent(Limits limits) {
        return new JvmPatcher(directory.resolve("state"), limits);
    }

    Service service(int major, String... flags) throws IOException {
        return Service.start(jdk(major), service, List.of(), flags);
    }

    /** Means to make patches against other classes than the service's own. */
    PatchJars jarsFor(Path others) throws IOException {
        return new PatchJars(Files.createDirectory(directory.resolve("more")), others, tag);
    }

    PatchId id(String name, String version) {
        return new PatchId(name + "-" + tag, version);
    }

    static Path jdk(int major) throws IOException {
        Optional<Path> home = Service.home(major);
        assumeTrue(home.isPresent(), "this machine has no JDK " + major);
        return home.orElseThrow();
    }

    /** What came of it in one service; other JVMs of this machine are none of these patches' targets. */
    static Outcome outcome(JvmReport report, Service service) {
        List<Entry> own = report.entries().stream()
                .filter(entry -> entry.jvm().pid() == service.pid())
                .toList();
        assertThat(own).hasSize(1);
        return own.getFirst().outcome();
    }

    static String refusal(JvmReport report, Service service) {
        return outcome(report, service) instanceof JvmReport.Refused(var why, boolean unchanged)
                ? why.code() + (unchanged ? "" : " and changed")
                : "not refused: " + outcome(report, service);
    }

    /** What a service says that it runs, such as {@code fix@1 PROVEN}. */
    List<String> running(Service service) {
        return agent().state().stream()
                .filter(state -> state.jvm().pid() == service.pid())
                .flatMap(state -> state.patches().stream())
                .map(running -> (running.patch() + " " + running.standing()).replace("-" + tag, ""))
                .toList();
    }
}
