package dev.evenkeel.lab.debian;

import dev.evenkeel.lab.os.Trees;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Directories that are costly to make, each kept under the hash of what went into it. A directory appears whole or
 * not at all; two labs that want the same one at once make it once.
 */
public final class Cache {
    private final Path directory;

    public Cache(Path directory) {
        this.directory = directory;
    }

    /** Makes what is missing, in an empty directory it is given. */
    @FunctionalInterface
    public interface Maker {
        void make(Path into) throws IOException;
    }

    /**
     * The directory of this kind for these ingredients, made now where it is not there yet.
     *
     * @param ingredients all that the result depends on; another text is another directory
     */
    public Path get(String kind, String ingredients, Maker maker) throws IOException {
        Path wanted = directory.resolve(kind + "-" + hash(ingredients));
        if (Files.isDirectory(wanted)) {
            return wanted;
        }
        Files.createDirectories(directory);
        Path lockFile = directory.resolve("." + kind + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new IOException(lockFile + ": cannot be locked");
            }
            if (!Files.isDirectory(wanted)) {
                Path next = directory.resolve(".making-" + kind);
                Trees.remove(next); // left by a maker that was killed
                Files.createDirectory(next);
                try {
                    maker.make(next);
                    Files.move(next, wanted, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Trees.remove(next);
                }
            }
        }
        return wanted;
    }

    static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
