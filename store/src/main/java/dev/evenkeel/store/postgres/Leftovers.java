package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL processes that outlived their supervisor. Every process of a PostgreSQL server stands in its data
 * directory, which is how they are found: it holds even where the pid file is stale, lost, or names a process that has
 * nothing to do with us. They are replaced rather than adopted, so that what runs is always a child with the present
 * settings; that costs some tenths of a second.
 */
final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final Duration POLITE = Duration.ofSeconds(60);
    private static final Duration FIRM = Duration.ofSeconds(30);

    private Leftovers() {}

    /** Ends what still runs on the data directory and clears a pid file that would mislead the next server. */
    static void clear(Path data) throws PostgresTrouble {
        if (!Files.isDirectory(data)) {
            return;
        }
        try {
            end(data);
            dropMisleadingPidFile(data);
        } catch (IOException e) {
            throw Complaint.of("replacing a PostgreSQL that still ran on " + data, e);
        }
    }

    private static void end(Path data) throws IOException {
        List<ProcessHandle> running = on(data);
        if (running.isEmpty()) {
            return;
        }
        var postmaster = PidFile.read(data)
                .flatMap(file ->
                        running.stream().filter(it -> it.pid() == file.pid()).findFirst());
        if (postmaster.isPresent()) {
            LOG.info(
                    "A PostgreSQL of a former run (pid {}) still runs; replacing it",
                    postmaster.get().pid());
            signal("INT", List.of(postmaster.get()));
            if (await(running, POLITE)) {
                return;
            }
        } else {
            // the postmaster was killed; its children notice by themselves as soon as their statement ends
            LOG.info("{} processes of a killed PostgreSQL are still ending", running.size());
            if (await(running, Duration.ofSeconds(3))) {
                return;
            }
        }
        signal("QUIT", on(data));
        if (!await(on(data), FIRM)) {
            throw new PostgresTrouble(
                    Code.ALREADY_RUNNING,
                    "PostgreSQL processes "
                            + on(data).stream().map(ProcessHandle::pid).toList() + " still run on " + data
                            + " and do not end. End them by hand and start again.");
        }
    }

    private static void dropMisleadingPidFile(Path data) throws IOException {
        var file = PidFile.read(data);
        if (file.isPresent() && ProcessHandle.of(file.get().pid()).isPresent()) {
            LOG.info(
                    "Removing a stale pid file: {} is another program now",
                    file.get().pid());
            Files.deleteIfExists(PidFile.in(data));
        }
    }

    /** All processes of a server that runs on this data directory; those of other users are seen by root only. */
    static List<ProcessHandle> on(Path data) {
        return ProcessHandle.allProcesses()
                .filter(process -> isPostgres(process.pid()) && standsIn(process.pid(), data))
                .toList();
    }

    private static boolean isPostgres(long pid) {
        try {
            Path program = Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"));
            return program.getFileName().toString().startsWith("postgres"); // "postgres (deleted)" after an upgrade
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean standsIn(long pid, Path data) {
        try {
            return Files.isSameFile(Path.of("/proc/" + pid + "/cwd"), data);
        } catch (IOException e) {
            return false;
        }
    }

    static void signal(String name, List<ProcessHandle> processes) throws IOException {
        for (ProcessHandle process : processes) {
            Shell.run("sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(process.pid()));
        }
    }

    /** Whether all of them ended in time. */
    static boolean await(List<ProcessHandle> processes, Duration patience) throws IOException {
        var all = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        try {
            all.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for PostgreSQL to end", e);
        }
    }
}
