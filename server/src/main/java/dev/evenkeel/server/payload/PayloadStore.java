package dev.evenkeel.server.payload;

import dev.evenkeel.core.fleet.Bytes;
import dev.evenkeel.core.fleet.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps payloads under their digests, in two levels of folders. A file has its final name only when it is whole, has the
 * right digest and is on disk, so whatever has a name is good; leftovers of a crash are swept at the next start.
 */
public final class PayloadStore {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final String PARTIAL = ".partial";
    private static final int BUFFER = 64 * 1024;
    /** Room that must stay free on the state directory's disk, for the database above all. */
    private static final Bytes RESERVE = Bytes.ofMiB(256);

    private final Path directory;
    private final Bytes limit;

    private PayloadStore(Path directory, Bytes limit) {
        this.directory = directory;
        this.limit = limit;
    }

    /**
     * Opens the store and sweeps what a crash left half-written.
     *
     * @param limit the largest payload that is taken
     */
    public static PayloadStore open(Path directory, Bytes limit) throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(PARTIAL)).toList()) {
                Files.deleteIfExists(file);
            }
        }
        return new PayloadStore(directory, limit);
    }

    public static boolean isDigest(String text) {
        return SHA256.matcher(text).matches();
    }

    /** Where a payload lies, or nothing when it is not stored. */
    public Optional<Path> find(String sha256) {
        Path place = place(sha256);
        return Files.isRegularFile(place) ? Optional.of(place) : Optional.empty();
    }

    /** What became of a payload that was sent. */
    public sealed interface Result {
        record Stored(Bytes size, boolean isNew) implements Result {}

        record Refused(Refusal refusal) implements Result {}
    }

    /**
     * Takes a payload in, checking its digest while it streams. Nothing is kept of one that is refused.
     *
     * @throws IOException when the sender broke off or the disk failed; nothing is kept either
     */
    public Result put(String sha256, InputStream content) throws IOException {
        Optional<Path> there = find(sha256);
        if (there.isPresent()) {
            return new Result.Stored(new Bytes(Files.size(there.get())), false);
        }
        Path partial = Files.createTempFile(directory, sha256.substring(0, 8) + "-", PARTIAL);
        try {
            MessageDigest digest = newDigest();
            long size = 0;
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                byte[] buffer = new byte[BUFFER];
                for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                    size += n;
                    Optional<Refusal> noRoom = size > limit.value() ? Optional.of(tooLarge()) : noRoom();
                    if (noRoom.isPresent()) {
                        return new Result.Refused(noRoom.get());
                    }
                    digest.update(buffer, 0, n);
                    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n);
                    while (bytes.hasRemaining()) {
                        out.write(bytes);
                    }
                }
                out.force(true);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(sha256)) {
                return new Result.Refused(Refusal.of(
                        "DIGEST_MISMATCH",
                        "The body has another SHA-256 than its address says; send it again, or put it under its own.",
                        Map.of("expected", sha256, "found", found)));
            }
            Path place = place(sha256);
            Files.createDirectories(place.getParent());
            Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
            return new Result.Stored(new Bytes(size), true);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private Path place(String sha256) {
        if (!isDigest(sha256)) {
            throw new IllegalArgumentException("not a SHA-256 in lower-case hex: " + sha256);
        }
        return directory.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    private Refusal tooLarge() {
        return Refusal.of(
                "PAYLOAD_TOO_LARGE",
                "A payload has at most " + limit + "; split the update.",
                Map.of("limit", Long.toString(limit.value())));
    }

    private Optional<Refusal> noRoom() throws IOException {
        FileStore disk = Files.getFileStore(directory);
        if (disk.getUsableSpace() > RESERVE.value()) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                "DISK_FULL",
                "The disk under " + directory + " has less than " + RESERVE + " left; make room and send it again.",
                Map.of("free", Long.toString(disk.getUsableSpace()))));
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
