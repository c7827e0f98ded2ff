package dev.evenkeel.agent.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The file under the journal: lines are only appended, and each append is on disk when it returns. A last line that a
 * crash tore is cut off; a damaged line before good ones means that the disk lies, and is not passed over.
 */
final class JournalFile implements Closeable {
    private static final String NAME = "effects.log";

    private final Path directory;
    private final Path file;
    private final FileChannel lock;
    private FileChannel channel;
    /** Where the last whole line ends; an append that failed half-way is cut off there. */
    private long end;

    private JournalFile(Path directory, Path file, FileChannel lock, FileChannel channel, long end) {
        this.directory = directory;
        this.file = file;
        this.lock = lock;
        this.channel = channel;
        this.end = end;
    }

    /** The file and what is in it. */
    record Opened(JournalFile file, List<Entry> entries) {}

    /** @throws IOException when the file is damaged elsewhere than at its end, saying where and what to do */
    static Opened open(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve(NAME);
        FileChannel lock = lock(directory);
        try {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            List<Entry> entries = new ArrayList<>();
            long end = read(file, Files.readAllBytes(file), entries);
            channel.truncate(end);
            channel.force(true);
            syncDirectory(directory);
            return new Opened(new JournalFile(directory, file, lock, channel, end), entries);
        } catch (IOException e) {
            lock.close();
            throw e;
        }
    }

    /** Two agents must never share a journal; the lock lies beside it, because compaction replaces the file. */
    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process: refused like one that another holds
        }
        channel.close();
        throw new IOException(
                "the journal in " + directory + " is in use by another agent; only one can run on a host");
    }

    private static long read(Path file, byte[] bytes, List<Entry> entries) throws IOException {
        int from = 0;
        while (from < bytes.length) {
            int to = from;
            while (to < bytes.length && bytes[to] != '\n') {
                to++;
            }
            Optional<Entry> entry = to == bytes.length
                    ? Optional.empty()
                    : Lines.decode(new String(bytes, from, to - from, StandardCharsets.UTF_8));
            if (entry.isEmpty()) {
                if (to + 1 < bytes.length) {
                    throw new IOException(
                            "the journal " + file + " is damaged at byte " + from + " with " + entries.size()
                                    + " good lines before and more after: check the disk; to go on without it, move the file away,"
                                    + " and every effect that was under way goes to a person");
                }
                return from;
            }
            entries.add(entry.get());
            from = to + 1;
        }
        return from;
    }

    long size() {
        return end;
    }

    /** Appends entries; they are on disk when this returns, and none of them is when it throws. */
    void append(List<Entry> entries) throws IOException {
        if (channel.size() != end) {
            channel.truncate(end);
        }
        long next = write(channel, end, entries);
        channel.force(false);
        end = next;
    }

    /** Replaces everything by these entries, by a rename: a crash leaves the old file or the new one. */
    void rewrite(List<Entry> entries) throws IOException {
        Path beside = directory.resolve(NAME + ".new");
        FileChannel next = FileChannel.open(
                beside,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            write(next, 0, entries);
            next.force(true);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory(directory);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        channel.close();
        channel = next;
        end = next.size();
    }

    private static long write(FileChannel to, long position, List<Entry> entries) throws IOException {
        long at = position;
        for (Entry entry : entries) {
            ByteBuffer line = ByteBuffer.wrap(Lines.encode(entry));
            while (line.hasRemaining()) {
                at += to.write(line, at);
            }
        }
        return at;
    }

    private static void syncDirectory(Path directory) throws IOException {
        try (FileChannel handle = FileChannel.open(directory, StandardOpenOption.READ)) {
            handle.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        lock.close();
    }
}
