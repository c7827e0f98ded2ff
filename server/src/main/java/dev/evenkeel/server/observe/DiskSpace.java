package dev.evenkeel.server.observe;

import dev.evenkeel.core.fleet.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether there is room left where the server keeps what it must write down before anything is done. */
public final class DiskSpace {
    /** Two segments of PostgreSQL's write-ahead log: with less, the next one may not be had. */
    private static final Bytes LEAST = Bytes.ofMiB(32);

    private final Path directory;

    public DiskSpace(Path directory) {
        this.directory = directory;
    }

    /** What is wrong, with the remedy. */
    public Optional<String> trouble() {
        try {
            Bytes free = new Bytes(Files.getFileStore(directory).getUsableSpace());
            return free.compareTo(LEAST) >= 0
                    ? Optional.empty()
                    : Optional.of("only " + free + " free in " + directory + ", " + LEAST
                            + " are needed; make room there, and it goes on by itself");
        } catch (IOException e) {
            return Optional.of(directory + " cannot be looked at: " + e.getMessage());
        }
    }
}
