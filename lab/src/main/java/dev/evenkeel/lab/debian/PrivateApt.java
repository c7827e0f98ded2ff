package dev.evenkeel.lab.debian;

import dev.evenkeel.lab.os.Command;
import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An apt of its own: own sources, lists, cache and package status, in one directory. The machine's apt state is not
 * touched; of its configuration only what it takes to reach a mirror (a proxy) is used.
 */
final class PrivateApt {
    private static final Path KEYRING = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");

    private final Path directory;
    private final List<String> options;

    /**
     * Sets it up and fetches the lists.
     *
     * @param directory an empty directory
     * @param status what counts as installed: a dpkg status file
     */
    PrivateApt(Path directory, List<AptSource> sources, Path status) throws IOException {
        this.directory = directory;
        for (String sub : List.of("lists/partial", "archives/partial", "etc/empty.d")) {
            Files.createDirectories(directory.resolve(sub));
        }
        String trust = Files.exists(KEYRING) ? "deb [signed-by=" + KEYRING + "] " : "deb ";
        Path list = directory.resolve("etc/sources.list");
        Files.write(
                list,
                sources.stream()
                        .map(s -> trust + s.line().substring("deb ".length()))
                        .toList());
        Path etc = directory.resolve("etc");
        options = List.of(
                "-oDir::Etc::sourcelist=" + list,
                "-oDir::Etc::sourceparts=" + etc.resolve("empty.d"),
                "-oDir::Etc::preferences=" + etc.resolve("preferences"),
                "-oDir::Etc::preferencesparts=" + etc.resolve("empty.d"),
                "-oDir::State::lists=" + directory.resolve("lists"),
                "-oDir::State::status=" + status,
                "-oDir::State::extended_states=" + directory.resolve("extended_states"),
                "-oDir::Cache=" + directory,
                "-oDir::Cache::archives=" + archives(),
                "-oAcquire::Languages=none",
                "-oAPT::Install-Recommends=false",
                "-oAPT::Architecture=amd64",
                "-oAPT::Sandbox::User=root");
        run("update", List.of());
    }

    /** A dpkg status file that says nothing is installed. */
    static Path nothingInstalled(Path directory) throws IOException {
        Path status = directory.resolve("nothing-installed");
        Files.writeString(status, "");
        return status;
    }

    /** Where {@link #run} with {@code --download-only} leaves packages. */
    Path archives() {
        return directory.resolve("archives");
    }

    /** Takes packages of these names or patterns from one release, whatever others have. */
    void prefer(String packages, String release) throws IOException {
        Files.writeString(
                directory.resolve("etc/preferences"),
                "Package: " + packages + "\nPin: release n=" + release + "\nPin-Priority: 990\n");
    }

    /** Runs apt-get and returns what it printed. */
    String run(String option, List<String> words) throws IOException {
        List<String> all = new ArrayList<>(List.of(option));
        all.addAll(words);
        return call("apt-get", all);
    }

    /** Runs apt-cache and returns what it printed. */
    String query(String... words) throws IOException {
        return call("apt-cache", List.of(words));
    }

    /** Downloads packages, named {@code NAME} or {@code NAME=VERSION}, into a directory. */
    void download(Path into, List<String> names) throws IOException {
        List<String> words = new ArrayList<>(List.of("env", "--chdir=" + into, "apt-get"));
        words.addAll(options);
        words.add("download");
        words.addAll(names);
        Command.of(words).within(Duration.ofMinutes(15)).check();
    }

    /** The package files in a directory, sorted by name. */
    static List<Path> debs(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> f.toString().endsWith(".deb")).sorted().toList();
        }
    }

    /** How this machine reaches mirrors, as apt options: its proxies, if any. */
    static List<String> proxySettings() throws IOException {
        return Command.of("apt-config", "dump", "--no-empty")
                .check()
                .lines()
                .filter(line -> line.matches("Acquire::(http|https)::Proxy.* \".*\";"))
                .map(line -> line.substring(0, line.length() - 1))
                .toList();
    }

    void remove() throws IOException {
        Trees.remove(directory);
    }

    private String call(String program, List<String> words) throws IOException {
        List<String> all = new ArrayList<>(List.of(program));
        all.addAll(options);
        all.addAll(words);
        return Command.of(all).within(Duration.ofMinutes(15)).check();
    }
}
