package dev.evenkeel.wire.tuf;

import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A directory with what is trusted: the root, which was pinned once, and the other roles' latest metadata, so that nothing older
 * is taken for new after a restart (TUF 5.2).
 */
public final class TrustedFiles {
    private static final List<Role> BELOW_ROOT = List.of(Role.TIMESTAMP, Role.SNAPSHOT, Role.TARGETS);

    private final Path directory;

    public TrustedFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * What is trusted; empty when no root was pinned.
     *
     * @throws IOException when it cannot be read, or is damaged; the message names the file
     */
    public Optional<TrustedMetadata> load() throws IOException {
        Path root = file(Role.ROOT);
        if (!Files.exists(root)) {
            return Optional.empty();
        }
        TrustedMetadata trusted;
        try {
            trusted = TrustedMetadata.of(Files.readAllBytes(root));
        } catch (TufException e) {
            throw new IOException("the pinned root " + root + " is damaged: " + e.getMessage(), e);
        }
        for (Role role : BELOW_ROOT) {
            Path file = file(role);
            if (Files.exists(file)) {
                byte[] kept = Files.readAllBytes(file);
                try {
                    if (trusted.isSigned(role, kept)) { // else its keys were replaced since (TUF 5.3.11)
                        trusted.keep(role, kept);
                    }
                } catch (TufException e) {
                    throw new IOException(file + " is damaged: " + e.getMessage(), e);
                }
            }
        }
        return Optional.of(trusted);
    }

    public boolean isPinned() {
        return Files.exists(file(Role.ROOT));
    }

    /** Pins a root in place of all that was trusted before. */
    public TrustedMetadata pin(byte[] root) throws IOException, TufException {
        TrustedMetadata trusted = TrustedMetadata.of(root);
        forget();
        save(trusted);
        return trusted;
    }

    /** Trusts nothing any more. */
    public void forget() throws IOException {
        for (Role role : BELOW_ROOT) {
            Files.deleteIfExists(file(role));
        }
        Files.deleteIfExists(file(Role.ROOT));
    }

    /** Keeps what is trusted now, the root first. */
    public void save(TrustedMetadata trusted) throws IOException {
        PrivateFiles.makeDirectory(directory);
        for (Role role : List.of(Role.ROOT, Role.TIMESTAMP, Role.SNAPSHOT, Role.TARGETS)) {
            Optional<byte[]> bytes = trusted.trusted(role);
            if (bytes.isEmpty()) {
                Files.deleteIfExists(file(role));
            } else if (!Files.exists(file(role))
                    || !java.util.Arrays.equals(Files.readAllBytes(file(role)), bytes.get())) {
                PrivateFiles.write(file(role), new String(bytes.get(), StandardCharsets.UTF_8));
            }
        }
    }

    private Path file(Role role) {
        return directory.resolve(role.word() + ".json");
    }
}
