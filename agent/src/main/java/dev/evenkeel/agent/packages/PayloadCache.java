package dev.evenkeel.agent.packages;

import dev.evenkeel.core.update.PayloadFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Payload files on the host, by digest. A file gets its final name only once its digest is right; what was fetched of one
 * before the link broke is gone on with.
 */
public final class PayloadCache {
    private static final int TRIES = 5;
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Path directory;
    private final PayloadSource source;
    private final Duration patience;

    /** @param patience for how long at least it is tried again: what a server takes to come back */
    public PayloadCache(Path directory, PayloadSource source, Duration patience) {
        this.directory = directory;
        this.source = source;
        this.patience = patience;
    }

    /** The file, where it is here already. */
    public Optional<Path> find(PayloadFile file) {
        return has(file) ? Optional.of(path(file)) : Optional.empty();
    }

    /** Whether the file is here already. */
    boolean has(PayloadFile file) {
        return Files.isRegularFile(path(file));
    }

    Path directory() {
        return directory;
    }

    /**
     * The file, fetched when it is not here. Its name ends as the manifest says, for dpkg and others go by that.
     *
     * @throws IOException when it can't be had, or what comes is not what the manifest names
     */
    public Path fetch(PayloadFile file) throws IOException {
        Path whole = path(file);
        if (Files.isRegularFile(whole)) {
            return whole;
        }
        Files.createDirectories(directory);
        Path part = directory.resolve(file.sha256() + ".part");
        IOException last = new IOException("not tried");
        long deadline = System.nanoTime() + patience.toNanos();
        for (int attempt = 0; attempt < TRIES || System.nanoTime() - deadline < 0; attempt++) {
            try {
                if (attempt >= TRIES) {
                    TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
                }
                append(file, part);
                Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
                return whole;
            } catch (WrongContent e) {
                Files.deleteIfExists(part);
                throw e;
            } catch (IOException e) {
                last = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while " + file.file() + " was fetched");
            }
        }
        throw new IOException(file.file() + " can't be fetched: " + last.getMessage(), last);
    }

    private void append(PayloadFile file, Path part) throws IOException {
        MessageDigest digest = sha256();
        long have = Files.exists(part) ? Files.size(part) : 0;
        if (have > file.size().value()) {
            Files.delete(part);
            have = 0;
        }
        if (have > 0) {
            try (InputStream in = new DigestInputStream(Files.newInputStream(part), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
        if (have < file.size().value()) {
            try (InputStream in = source.open(file.sha256(), have);
                    OutputStream out =
                            Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                copy(file, new DigestInputStream(in, digest), out, file.size().value() - have);
            }
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (!found.equals(file.sha256())) {
            throw new WrongContent(file.file() + " has the digest " + found + ", its manifest says " + file.sha256());
        }
    }

    /** Never takes more than the manifest promises, however much is sent. */
    private static void copy(PayloadFile file, InputStream in, OutputStream out, long expected) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = expected;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new IOException(file.file() + " ended " + left + " bytes early");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private Path path(PayloadFile file) {
        return directory.resolve(
                file.sha256() + file.file().substring(file.file().lastIndexOf('.')));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What came is not what the manifest names; trying again would bring the same. */
    static final class WrongContent extends IOException {
        private static final long serialVersionUID = 1;

        WrongContent(String message) {
            super(message);
        }
    }
}
