package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running PostgreSQL server process that we started, with the place in its log where its words begin. */
final class Postmaster {
    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
    private static final long LOG_LIMIT = 8L << 20;
    private static final int TAIL = 16 << 10;

    /** Replaying the log after a crash takes seconds with our {@code max_wal_size}; this is for a very slow disk. */
    private static final Duration START = Duration.ofMinutes(5);

    private static final Duration FAST_STOP = Duration.ofSeconds(60);
    private static final Duration IMMEDIATE_STOP = Duration.ofSeconds(20);

    private final Process process;
    private final Path data;
    private final Path log;
    private final long logStart;

    private Postmaster(Process process, Path data, Path log, long logStart) {
        this.process = process;
        this.data = data;
        this.log = log;
        this.logStart = logStart;
    }

    /**
     * Starts the server and waits until it accepts connections; crash recovery is part of that.
     *
     * @param givenUp asked while waiting; when it turns true the server is stopped again
     */
    static Postmaster start(PostgresPlace place, View view, RunAs user, int port, BooleanSupplier givenUp)
            throws PostgresTrouble {
        try {
            Path log = place.log();
            rotate(log);
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            List<String> program = new ArrayList<>();
            program.add(view.bin().resolve("postgres").toString());
            program.add("-D");
            program.add(view.home().resolve(place.data().getFileName()).toString());
            Path sockets = view.home().resolve(place.sockets().getFileName());
            program.addAll(Settings.arguments(port, Settings.socketDirectory(place.sockets(), sockets)));
            Process process = Shell.builder(view.command(user, program))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process.getOutputStream().close();
            var postmaster = new Postmaster(process, place.data(), log, logStart);
            postmaster.awaitReady(givenUp);
            return postmaster;
        } catch (IOException e) {
            throw Complaint.of("starting PostgreSQL", e);
        }
    }

    /** Only between runs: while a server runs, its outputs hold the file open. */
    private static void rotate(Path log) throws IOException {
        Files.createDirectories(log.getParent());
        if (Files.exists(log) && Files.size(log) > LOG_LIMIT) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void awaitReady(BooleanSupplier givenUp) throws IOException {
        long begun = System.nanoTime();
        long nextWord = TimeUnit.SECONDS.toNanos(5);
        while (!ready()) {
            long waited = System.nanoTime() - begun;
            if (givenUp.getAsBoolean() || waited > START.toNanos()) {
                stop();
                throw new PostgresTrouble(
                        Code.FAILED,
                        "PostgreSQL was not ready after "
                                + Duration.ofNanos(waited).toSeconds() + " s; its log is " + log + ".");
            }
            if (waited > nextWord) {
                LOG.info("PostgreSQL is still starting (recovering what a crash left); its log is {}", log);
                nextWord = waited + TimeUnit.SECONDS.toNanos(5);
            }
            try {
                if (process.waitFor(10, TimeUnit.MILLISECONDS)) {
                    throw Complaint.of("starting PostgreSQL", words());
                }
            } catch (InterruptedException e) {
                stop();
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while PostgreSQL started", e);
            }
        }
    }

    private boolean ready() throws IOException {
        return PidFile.read(data)
                .filter(file -> file.ready() && file.pid() == process.pid())
                .isPresent();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** The end of what this server logged. */
    String words() {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(logStart, file.length() - TAIL));
            byte[] tail = new byte[(int) Math.min(TAIL, file.length() - file.getFilePointer())];
            file.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "its log " + log + " cannot be read: " + e.getMessage();
        }
    }

    /** Stops the server: fast first (clients are cut off, everything is written), then at once (recovers next time). */
    void stop() {
        try {
            for (var step : List.of(new Step("INT", FAST_STOP), new Step("QUIT", IMMEDIATE_STOP))) {
                Leftovers.signal(step.signal(), List.of(handle()));
                if (Leftovers.await(List.of(handle()), step.patience())) {
                    return;
                }
                LOG.warn(
                        "PostgreSQL (pid {}) did not end within {} s",
                        process.pid(),
                        step.patience().toSeconds());
            }
        } catch (IOException e) {
            LOG.warn("Stopping PostgreSQL (pid {}) failed: {}", process.pid(), e.toString());
        }
    }

    private record Step(String signal, Duration patience) {}
}
