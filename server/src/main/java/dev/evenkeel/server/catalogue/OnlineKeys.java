package dev.evenkeel.server.catalogue;

import dev.evenkeel.wire.trust.PrivateFiles;
import dev.evenkeel.wire.tuf.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * The server's own two keys, made at its first start. Whoever steals them can keep newer updates back or mix what was signed at
 * different times, but not sign an update.
 */
record OnlineKeys(SigningKey snapshot, SigningKey timestamp) {

    /** @throws IOException when a key's file cannot be read, or is damaged; the message names it */
    static OnlineKeys open(Path directory) throws IOException {
        PrivateFiles.makeDirectory(directory);
        return new OnlineKeys(key(directory.resolve("snapshot.key")), key(directory.resolve("timestamp.key")));
    }

    private static SigningKey key(Path file) throws IOException {
        if (!Files.exists(file)) {
            PrivateFiles.write(file, SigningKey.generate().pem());
        }
        try {
            return SigningKey.of(Files.readString(file));
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the key " + file + " is damaged: " + e.getMessage() + "; bring it back from your backup, or delete"
                            + " it, start again and run: evenkeel catalogue rotate --online",
                    e);
        }
    }
}
