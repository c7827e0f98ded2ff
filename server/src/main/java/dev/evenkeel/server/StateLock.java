package dev.evenkeel.server;

import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Lets one server at a time use a state directory, and names it. Because no other process can have the name, a server that
 * was killed takes up its own leases at once when it starts again.
 */
final class StateLock implements AutoCloseable {
    private final FileChannel channel;
    private final String name;

    private StateLock(FileChannel channel, String name) {
        this.channel = channel;
        this.name = name;
    }

    /** @throws IOException when another server uses the directory */
    static StateLock take(Path directory, SecureRandom random) throws IOException {
        PrivateFiles.makeDirectory(directory);
        Path file = directory.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
            channel.close();
            throw new IOException("another server uses " + directory + "; stop it, or give another --state");
        }
        Path id = directory.resolve("id");
        if (!Files.exists(id)) {
            PrivateFiles.write(id, "server-" + HexFormat.of().toHexDigits(random.nextLong()) + "\n");
        }
        return new StateLock(channel, Files.readString(id).strip());
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // by this very process
        }
    }

    /** The same at every start in this directory. */
    String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
