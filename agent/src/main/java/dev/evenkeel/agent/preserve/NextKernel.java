package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.packages.Command;
import dev.evenkeel.core.fleet.Refusal;
import dev.evenkeel.core.update.Update;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A kernel of this host that can be started in place of the one that runs, by kexec(8).
 *
 * @param release as {@code uname -r} will say
 * @param commandLine what it is told: {@code /etc/kernel/cmdline} where that is (kernel-install(8)), else what the one that
 *     runs was told
 */
record NextKernel(String release, Path image, Path initrd, String commandLine) {
    private static final Path BOOT = Path.of("/boot");
    private static final Path RUNNING = Path.of("/proc/cmdline");
    private static final Path CONFIGURED = Path.of("/etc/kernel/cmdline");
    private static final Path LOADED = Path.of("/sys/kernel/kexec_loaded");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** The release of the kernel that runs. */
    static String running() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    }

    /** The installed kernel whose release is the wanted one or a refinement of it; empty unless there is just one. */
    static Optional<NextKernel> find(String wanted) throws IOException {
        return find(BOOT, wanted, commandLine(CONFIGURED, RUNNING));
    }

    static Optional<NextKernel> find(Path boot, String wanted, String commandLine) throws IOException {
        try (Stream<Path> files = Files.list(boot)) {
            List<String> releases = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("vmlinuz-"))
                    .map(name -> name.substring("vmlinuz-".length()))
                    .filter(release -> Update.matches(release, wanted))
                    .filter(release -> Files.isRegularFile(boot.resolve("initrd.img-" + release)))
                    .toList();
            return releases.size() != 1
                    ? Optional.empty()
                    : Optional.of(new NextKernel(
                            releases.getFirst(),
                            boot.resolve("vmlinuz-" + releases.getFirst()),
                            boot.resolve("initrd.img-" + releases.getFirst()),
                            commandLine));
        }
    }

    static String commandLine(Path configured, Path running) throws IOException {
        return Files.readString(Files.exists(configured) ? configured : running).strip();
    }

    /** Why VMs' memory would be lost under it, or empty: what is reserved now must be reserved then. */
    Optional<Refusal> losesMemory() throws IOException {
        return losesMemory(Files.readString(RUNNING));
    }

    Optional<Refusal> losesMemory(String runningCommandLine) {
        TreeSet<String> now = reserved(runningCommandLine);
        return reserved(commandLine).equals(now)
                ? Optional.empty()
                : Optional.of(Refusal.of(
                        "MEMORY_NOT_RESERVED",
                        "the command line of the next kernel does not reserve the memory that this one does ("
                                + String.join(" ", now) + "), and VMs' memory would be lost; put it into " + CONFIGURED,
                        Map.of("next", commandLine, "now", runningCommandLine.strip())));
    }

    private static TreeSet<String> reserved(String commandLine) {
        TreeSet<String> words = new TreeSet<>(Arrays.asList(commandLine.strip().split("\\s+")));
        words.removeIf(word -> !word.startsWith("memmap=") || !word.contains("!"));
        return words;
    }

    /** Puts it into memory beside the one that runs; nothing else changes. */
    void load() throws IOException {
        Command.Result loaded = Command.run(
                LIMIT,
                Map.of(),
                List.of(
                        "kexec",
                        "--kexec-syscall-auto",
                        "--load",
                        image.toString(),
                        "--initrd=" + initrd,
                        "--command-line=" + commandLine));
        if (!loaded.ok() || !isLoaded()) {
            throw new IOException("kexec did not load " + image + ": " + loaded.tail());
        }
    }

    private static boolean isLoaded() throws IOException {
        return Files.readString(LOADED).strip().equals("1");
    }

    /** Takes the kernel that was loaded out of memory again. */
    static void unload() throws IOException {
        if (Files.exists(LOADED) && isLoaded()) {
            Command.run(LIMIT, Map.of(), List.of("kexec", "--unload"));
        }
    }

    /** Starts it: does not return unless that failed, and says why. Nothing is shut down and nothing is written any more. */
    static String start() throws IOException {
        return "kexec came back: "
                + Command.run(LIMIT, Map.of(), List.of("kexec", "--exec")).tail();
    }
}
