package dev.evenkeel.agent.preserve;

import dev.evenkeel.agent.libvirt.Domain;
import dev.evenkeel.agent.libvirt.SecondMonitor;
import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A VM that stands still with its memory kept while its host starts another kernel, as files in the memory that outlives the
 * kernel: {@code ram/} has second names of the files that are the guest's memory, {@code state} is what libvirt saved of its
 * devices, {@code stamp} ties the two together, and {@code document} is what it is restored with. The hook makes {@code used}
 * of the state before the VM runs again, for it fits the memory no longer then.
 */
record KeptVm(UUID id, Path directory) {
    /** How an image begins that libvirt has finished (libvirt, qemu_saveimage.h). */
    private static final String SAVED = "LibvirtQemudSave";

    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 8;

    /** All that are kept in a directory. */
    static List<KeptVm> in(Path all) throws IOException {
        if (!Files.isDirectory(all)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(all)) {
            return entries.filter(Files::isDirectory)
                    .map(entry -> new KeptVm(UUID.fromString(String.valueOf(entry.getFileName())), entry))
                    .toList();
        }
    }

    static KeptVm of(Path all, UUID id) {
        return new KeptVm(id, all.resolve(id.toString()));
    }

    /**
     * Writes down all that can be before the VM stops.
     *
     * @param orders where the next process finds its first orders
     */
    void prepare(Domain domain, SharedMemory memory, Path orders) throws IOException {
        HandoverOrder.delete(directory);
        Path ram = directory.resolve("ram");
        PrivateFiles.makeDirectory(ram);
        for (Path file : memory.files()) {
            Files.createLink(ram.resolve(Objects.requireNonNull(file.getFileName())), file);
        }
        PrivateFiles.write(directory.resolve("name"), domain.name() + "\n");
        PrivateFiles.write(directory.resolve("document"), SecondMonitor.readingOrders(domain.migratableXml(), orders));
    }

    /** Stops the VM and saves what it has beside its memory. When this throws, it runs on, or libvirt says why not. */
    void save(Domain domain) throws IOException {
        Path saving = directory.resolve("saving");
        domain.monitor(IncomingMonitor.ignoreShared(true));
        try {
            domain.save(saving);
        } catch (RuntimeException e) {
            if (domain.isAlive()) {
                domain.monitor(IncomingMonitor.ignoreShared(false));
            }
            Files.deleteIfExists(saving);
            throw e;
        }
        adopt();
    }

    /** Whether a save was begun, and nobody knows yet how it ended. */
    boolean isHalfSaved() {
        return Files.exists(directory.resolve("saving"));
    }

    /** Takes what libvirt has saved for the VM's state, if libvirt has finished it. The VM must be off. */
    void adopt() throws IOException {
        Path saving = directory.resolve("saving");
        try (InputStream in = Files.newInputStream(saving)) {
            if (!new String(in.readNBytes(SAVED.length()), StandardCharsets.US_ASCII).equals(SAVED)) {
                throw new IOException("libvirt did not finish saving VM " + id + " into " + saving);
            }
        }
        PrivateFiles.write(directory.resolve("stamp"), stamp() + "  -\n");
        Files.move(saving, directory.resolve("state"));
    }

    /** The SHA-256 of some of each file of its memory, as sha256sum(1) says it of the same bytes. */
    private String stamp() throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        try (Stream<Path> files = Files.list(directory.resolve("ram"))) {
            for (Path file : files.sorted().toList()) {
                long size = Files.size(file);
                digest.update((file.getFileName() + " " + size + "\n").getBytes(StandardCharsets.UTF_8));
                try (FileChannel channel = FileChannel.open(file)) {
                    for (int part = 0; part < PIECES; part++) {
                        ByteBuffer piece = ByteBuffer.allocate(PIECE);
                        long at = size / PIECE * part / PIECES * PIECE;
                        while (piece.hasRemaining() && channel.read(piece, at + piece.position()) > 0) {}
                        digest.update(piece.flip());
                    }
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Whether it stands still and can be resumed. */
    boolean waits() {
        return Files.exists(directory.resolve("state"));
    }

    /** Whether it was resumed, or was about to be when the host died. */
    boolean isUsed() {
        return Files.exists(directory.resolve("used"));
    }

    /** Why it was not resumed, in the words of whoever tried. */
    Optional<String> trouble() throws IOException {
        for (String file : List.of("refused", "failed")) {
            if (Files.exists(directory.resolve(file))) {
                return Optional.of(Files.readString(directory.resolve(file)).strip());
            }
        }
        return Optional.empty();
    }

    /** When it ran again, by the host's clock. */
    Optional<Instant> resumedAt() throws IOException {
        Path file = directory.resolve("resumed");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String[] time = Files.readString(file).strip().split("\\.", 2);
        return Optional.of(Instant.ofEpochSecond(Long.parseLong(time[0]), Long.parseLong(time[1])));
    }

    /** Takes its traces away; the process that has the memory keeps it. */
    void forget() throws IOException {
        HandoverOrder.delete(directory);
    }
}
