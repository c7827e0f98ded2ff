package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * At most one supervisor per state directory. The kernel lets go of the lock when its holder dies, however it dies.
 * Within one process the kernel would not tell holders apart (and closing a second channel would drop the first one's
 * lock), hence the set.
 */
final class SupervisorLock implements AutoCloseable {
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path key;
    private final FileChannel channel;

    private SupervisorLock(Path key, FileChannel channel) {
        this.key = key;
        this.channel = channel;
    }

    /** @param file in a directory that exists */
    static SupervisorLock take(Path file) throws PostgresTrouble {
        Path key;
        try {
            Path directory = file.toAbsolutePath().getParent();
            key = (directory == null ? Path.of("/") : directory.toRealPath()).resolve(file.getFileName());
        } catch (IOException e) {
            throw Complaint.of("locking " + file, e);
        }
        if (!HELD_HERE.add(key)) {
            throw taken(file, "this process");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            @Nullable FileLock lock = channel.tryLock();
            if (lock == null) {
                throw taken(file, "process " + holder(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new SupervisorLock(key, channel);
        } catch (IOException e) {
            HELD_HERE.remove(key);
            closeQuietly(channel);
            throw Complaint.of("locking " + file, e);
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        channel.read(pid);
        return new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
    }

    private static PostgresTrouble taken(Path file, String holder) {
        return new PostgresTrouble(
                Code.ALREADY_RUNNING,
                "Another Evenkeel server (" + holder + ") works on this state directory: it holds " + file
                        + ". Stop it first, or choose another directory with --state.");
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException ignored) {
            // a lock file: the kernel frees it in any case
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
        HELD_HERE.remove(key);
    }
}
