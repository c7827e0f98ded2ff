package dev.evenkeel.agent.packages;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Debian's package manager on this host. All packages of a payload go in with one call, so that they satisfy each other. */
class Dpkg {
    private static final Path FRONTEND_LOCK = Path.of("/var/lib/dpkg/lock-frontend");

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "DEBIAN_FRONTEND", "noninteractive",
            "DEBCONF_NONINTERACTIVE_SEEN", "true",
            "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    private final Duration limit;

    /** @param limit for one call of dpkg */
    Dpkg(Duration limit) {
        this.limit = limit;
    }

    /** Versions of all packages that are installed whole, by name without architecture. */
    SortedMap<String, String> installed() throws IOException {
        Command.Result result = Command.run(
                limit,
                ENVIRONMENT,
                List.of("dpkg-query", "-W", "-f", "${db:Status-Status}\\t${Package}\\t${Version}\\n"));
        if (!result.ok()) {
            throw new IOException("dpkg-query failed: " + result.tail());
        }
        TreeMap<String, String> versions = new TreeMap<>();
        result.output().lines().map(line -> line.split("\t")).forEach(fields -> {
            if (fields.length == 3 && fields[0].equals("installed")) {
                versions.put(fields[1], fields[2]);
            }
        });
        return versions;
    }

    /** What dpkg itself finds wrong; empty on a sound host. */
    String audit() throws IOException {
        return Command.run(limit, ENVIRONMENT, List.of("dpkg", "--audit"))
                .output()
                .strip();
    }

    /**
     * Installs the files, newer or older than what is there. Configuration files that the operator has changed
     * stay, and missing ones come back.
     * Dependencies are the manifest's business: it was resolved as a whole when it was made.
     */
    Command.Result install(List<Path> files) throws IOException {
        return install(files, List.of());
    }

    /** Says whether such an installation would go through, as far as dpkg can tell beforehand; changes nothing. */
    Command.Result rehearse(List<Path> files) throws IOException {
        return install(files, List.of("--dry-run"));
    }

    private Command.Result install(List<Path> files, List<String> how) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                "dpkg",
                "--force-confold",
                "--force-confdef",
                "--force-confmiss",
                "--force-downgrade",
                "--force-breaks",
                "--force-depends",
                "--auto-deconfigure"));
        words.addAll(how);
        words.add("--install");
        files.forEach(file -> words.add(file.toString()));
        return Command.run(limit, ENVIRONMENT, words);
    }

    /** Finishes what an interrupted call left half configured. */
    Command.Result configurePending() throws IOException {
        return Command.run(
                limit, ENVIRONMENT, List.of("dpkg", "--force-confold", "--force-depends", "--configure", "-a"));
    }

    /** Removes packages with their configuration, so that they leave nothing that the previous ones' would meet. */
    Command.Result purge(List<String> names) throws IOException {
        List<String> words = new ArrayList<>(List.of("dpkg", "--force-depends", "--force-remove-essential", "--purge"));
        words.addAll(names);
        return Command.run(limit, ENVIRONMENT, words);
    }

    /** Waits until no dpkg works, as long as one call of it may take; false when one works still. */
    boolean rests() throws IOException {
        return Waiting.until(limit, this::idle);
    }

    /** Whether no other dpkg or apt is at work. dpkg locks with POSIX locks, which is what the JDK takes too. */
    boolean idle() throws IOException {
        if (!Files.exists(FRONTEND_LOCK)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(FRONTEND_LOCK, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        }
    }
}
