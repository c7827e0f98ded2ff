package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Connection;
import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.Domains;
import dev.evenkeel.agent.libvirt.LibvirtException;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A second libvirt daemon on this host, for VMs on their way between two processes: libvirt migrates only between daemons. It runs in
 * mount and UTS namespaces of its own over private copies of the configuration and state, shares the network and the memory files
 * with the operator's daemon, listens on a Unix socket that only root can reach, and ends by itself when it has neither VMs nor
 * clients.
 */
final class SecondDaemon {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration GLANCE = Duration.ofMillis(20);
    private static final int ENDS_WHEN_IDLE_SECONDS = 120;

    /**
     * Its host's name to itself: another one than the host's, or libvirt would not migrate, and with a dot in it. A name without one
     * libvirt looks up while the VM stands still, and where no name server answers that takes ten seconds and more.
     */
    private static final String NAME = "second.evenkeel";

    static final Path CONFIGURATION = Path.of("/etc/libvirt");
    private static final String MARK = "evenkeel-second-daemon";

    private final Path directory;

    /** @param directory of ours, in {@code /run} */
    SecondDaemon(Path directory) {
        this.directory = directory;
    }

    /** How the operator's daemon reaches it. */
    String uri() {
        return "qemu+unix:///system?socket=" + directory.resolve("run/libvirt-sock");
    }

    /** How it reaches the operator's daemon. */
    String homeUri() {
        return "qemu+unix:///system?socket=" + directory.resolve("home/libvirt-sock");
    }

    /** A connection to it; it is started when it does not run, and anew when it is not the daemon that is installed now. */
    synchronized Connection open() {
        if (isReplaced()) {
            stop();
        }
        Optional<Connection> running = connect();
        if (running.isPresent()) {
            return running.get();
        }
        try {
            prepare();
            launch();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the second libvirt daemon cannot be started from " + directory + ": " + e.getMessage(), e);
        }
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Optional<Connection> up = connect();
            if (up.isPresent()) {
                return up.get();
            }
            LockSupport.parkNanos(GLANCE.toNanos());
        }
        throw LibvirtException.of(new IllegalStateException("the second libvirt daemon did not come up within "
                + PATIENCE.toSeconds() + " s; its log is " + directory.resolve("libvirtd.log")));
    }

    /** Where it notes the processes of its VMs. */
    Path run() {
        return directory.resolve("run/qemu");
    }

    /** A connection to it, where it runs. */
    Optional<Connection> connect() {
        if (!Files.exists(directory.resolve("run/libvirt-sock"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Connection.open(uri()));
        } catch (LibvirtException e) {
            return Optional.empty();
        }
    }

    private void prepare() throws IOException {
        Files.createDirectories(Objects.requireNonNull(directory.getParent()));
        PrivateFiles.makeDirectory(directory); // whoever reaches its socket is root on this host
        for (String part : List.of("run", "lib", "etc/hooks/qemu.d", "home")) {
            Files.createDirectories(directory.resolve(part));
        }
        try (Stream<Path> files = Files.list(CONFIGURATION)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".conf")).toList()) {
                Files.copy(
                        file,
                        directory.resolve("etc").resolve(Objects.requireNonNull(file.getFileName())),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Hook.install(directory.resolve("etc"));
        Files.writeString(directory.resolve("etc").resolve(MARK), "");
        set(
                "libvirtd.conf",
                Map.of(
                        "listen_tls", "0",
                        "listen_tcp", "0",
                        "auth_unix_rw", "\"none\"",
                        "unix_sock_rw_perms", "\"0700\"",
                        "host_uuid", "\"" + UUID.randomUUID() + "\"",
                        "log_outputs", "\"2:file:" + directory.resolve("libvirtd.log") + "\""));
        Path memory = memory();
        set("qemu.conf", Map.of("memory_backing_dir", "\"" + memory + "\""));
        Files.createDirectories(memory);
    }

    private static Path memory() throws IOException {
        // beside the directory of the operator's daemon, where no one else may write
        return Hook.memoryBackingDirectory(CONFIGURATION).resolve("libvirt/evenkeel-second");
    }

    /** Of several lines for one setting libvirt takes the first. */
    private void set(String name, Map<String, String> settings) throws IOException {
        Path file = directory.resolve("etc").resolve(name);
        List<String> lines = new ArrayList<>();
        settings.forEach((key, value) -> lines.add(key + " = " + value));
        if (Files.exists(file)) {
            Files.readAllLines(file).stream()
                    .filter(line -> !settings.containsKey(line.split("=", 2)[0].strip()))
                    .forEach(lines::add);
        }
        Files.write(file, lines);
    }

    private void launch() throws IOException {
        String inside = """
                hostname %3$s
                mount --bind /run/libvirt %1$s/home
                mount --bind %1$s/run /run/libvirt
                mount --bind %1$s/etc /etc/libvirt
                mount --bind %1$s/lib /var/lib/libvirt/qemu
                exec /usr/sbin/libvirtd --timeout %2$d --pid-file %1$s/libvirtd.pid
                """.formatted(directory, ENDS_WHEN_IDLE_SECONDS, NAME);
        new ProcessBuilder(
                        "setsid", "unshare", "--mount", "--uts", "--propagation", "private", "/bin/sh", "-ec", inside)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("start.log").toFile())
                .start();
    }

    private boolean isReplaced() {
        try {
            return process().isPresent()
                    && !VmmBinary.isInstalled(process().get().pid());
        } catch (IOException e) {
            return false; // it has ended meanwhile
        }
    }

    private Optional<ProcessHandle> process() throws IOException {
        Path file = directory.resolve("libvirtd.pid");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String pid = Files.readString(file, StandardCharsets.US_ASCII).strip();
        return (pid.isEmpty() ? Optional.<ProcessHandle>empty() : ProcessHandle.of(Long.parseLong(pid)))
                .filter(p ->
                        p.info().command().filter(c -> c.contains("/libvirtd")).isPresent());
    }

    /** Ends it and deletes what it kept, unless a VM is still in it. Nothing when it does not run. */
    synchronized void stop() {
        Optional<Connection> running = connect();
        if (running.isPresent()) {
            try (Connection connection = running.get();
                    Domains all = connection.domains()) {
                if (all.all().stream().anyMatch(SecondDaemon::isActive)) {
                    return;
                }
            }
        }
        try {
            process().ifPresent(p -> {
                p.destroy();
                p.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            });
            HandoverOrder.delete(directory);
            HandoverOrder.delete(memory());
        } catch (IOException e) {
            throw new UncheckedIOException("what is left of the second libvirt daemon cannot be deleted", e);
        }
    }

    private static boolean isActive(Domain domain) {
        return domain.state().isActive();
    }
}
