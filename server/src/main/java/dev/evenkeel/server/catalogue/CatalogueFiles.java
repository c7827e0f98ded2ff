package dev.evenkeel.server.catalogue;

import dev.evenkeel.core.update.UpdateId;
import dev.evenkeel.wire.trust.PrivateFiles;
import dev.evenkeel.wire.tuf.Role;
import dev.evenkeel.wire.tuf.TrustedMetadata;
import dev.evenkeel.wire.tuf.TufException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The catalogue's directory: {@code N.root.json}, {@code N.targets.json}, {@code N.snapshot.json}, {@code timestamp.json}, and the
 * manifests under their digests in {@code updates/}: consistent snapshots (TUF 6.2), in which nothing but the timestamp ever changes.
 */
final class CatalogueFiles {
    private static final Pattern NAME =
            Pattern.compile("timestamp\\.json|[1-9][0-9]{0,17}\\.(root|snapshot|targets)\\.json");

    private final Path directory;

    CatalogueFiles(Path directory) throws IOException {
        this.directory = directory;
        PrivateFiles.makeDirectory(directory.resolve("updates"));
    }

    /** One file of metadata, as it lies there now; empty when there is none of this name. */
    Optional<byte[]> read(String name) throws IOException {
        Path file = directory.resolve(name);
        return NAME.matcher(name).matches() && Files.isRegularFile(file)
                ? Optional.of(Files.readAllBytes(file))
                : Optional.empty();
    }

    static String name(Role role, long version) {
        return role == Role.TIMESTAMP ? "timestamp.json" : version + "." + role.word() + ".json";
    }

    void write(Role role, long version, byte[] bytes) throws IOException {
        write(directory.resolve(name(role, version)), bytes);
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        PrivateFiles.write(file, new String(bytes, StandardCharsets.UTF_8));
    }

    /** The newest root; empty before there is one. */
    Optional<byte[]> newestRoot() throws IOException {
        Optional<byte[]> newest = Optional.empty();
        for (long version = 1; ; version++) {
            Optional<byte[]> next = read(name(Role.ROOT, version));
            if (next.isEmpty()) {
                return newest;
            }
            newest = next;
        }
    }

    /**
     * What was published last: the newest root, and what the timestamp leads to. What a publication that broke off left behind is not
     * led to, and its repetition writes over it.
     */
    Optional<TrustedMetadata> load() throws IOException, TufException {
        Optional<byte[]> root = newestRoot();
        if (root.isEmpty()) {
            return Optional.empty();
        }
        TrustedMetadata trusted = TrustedMetadata.of(root.get());
        keep(trusted, Role.TIMESTAMP, 0);
        keep(trusted, Role.SNAPSHOT, trusted.namedVersion(Role.SNAPSHOT));
        keep(trusted, Role.TARGETS, trusted.namedVersion(Role.TARGETS));
        return Optional.of(trusted);
    }

    private void keep(TrustedMetadata trusted, Role role, long version) throws IOException, TufException {
        Optional<byte[]> bytes = read(name(role, version));
        if (bytes.isPresent()) {
            trusted.restore(role, bytes.get());
        }
    }

    Optional<byte[]> manifest(UpdateId update, String sha256) throws IOException {
        Path file = manifestFile(update, sha256);
        return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    }

    /** Whether a manifest of this update was ever published. */
    boolean knows(UpdateId update) throws IOException {
        String ending = "." + encoded(update) + ".json";
        try (Stream<Path> files = Files.list(directory.resolve("updates"))) {
            return files.anyMatch(file -> {
                String name = file.getFileName().toString();
                return name.endsWith(ending) && name.length() == 64 + ending.length();
            });
        }
    }

    void writeManifest(UpdateId update, String sha256, byte[] bytes) throws IOException {
        write(manifestFile(update, sha256), bytes);
    }

    private Path manifestFile(UpdateId update, String sha256) {
        return directory.resolve("updates").resolve(sha256 + "." + encoded(update) + ".json");
    }

    private static String encoded(UpdateId update) {
        return URLEncoder.encode(update.value(), StandardCharsets.UTF_8);
    }
}
