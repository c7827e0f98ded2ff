package dev.evenkeel.server.http;

import dev.evenkeel.wire.trust.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The bearer tokens of the first days: one that may do everything, one that may tell what it measured of
 * VMs from outside, one that may only read. Each lies in its own file
 * (0600); to change one, delete its file and restart.
 */
public final class Tokens implements Callers {
    private static final int SECRET_BYTES = 32;

    private final List<Known> known;
    private final boolean fresh;
    private final Path adminFile;

    private record Known(byte[] token, Principal principal) {}

    private Tokens(List<Known> known, boolean fresh, Path adminFile) {
        this.known = known;
        this.fresh = fresh;
        this.adminFile = adminFile;
    }

    /** Reads the tokens of a directory, making those that are not there. */
    public static Tokens open(Path directory, SecureRandom random) throws IOException {
        Path admin = directory.resolve("admin-token");
        boolean fresh = !Files.exists(admin);
        return new Tokens(
                List.of(
                        new Known(read(admin, random), Principal.of("file:admin", "admin", Principal.Role.OPERATOR)),
                        new Known(
                                read(directory.resolve("observer-token"), random),
                                Principal.of("file:observer", "observer", Principal.Role.OBSERVER)),
                        new Known(
                                read(directory.resolve("viewer-token"), random),
                                Principal.of("file:viewer", "viewer", Principal.Role.VIEWER))),
                fresh,
                admin);
    }

    private static byte[] read(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            PrivateFiles.write(file, HexFormat.of().formatHex(secret) + "\n");
        }
        byte[] token = Files.readString(file).strip().getBytes(StandardCharsets.UTF_8);
        if (token.length < SECRET_BYTES) {
            throw new IOException(file + " holds no token: delete it, and the next start makes a new one");
        }
        return token;
    }

    /** Whether the admin token was made just now, so that it is worth printing. */
    public boolean fresh() {
        return fresh;
    }

    public Path adminFile() {
        return adminFile;
    }

    /** The admin token itself, to be printed once. */
    public String admin() {
        return new String(known.getFirst().token(), StandardCharsets.UTF_8);
    }

    /** Whose token this is. Takes the same time for every guess. */
    @Override
    public Optional<Principal> of(String token) {
        byte[] given = token.getBytes(StandardCharsets.UTF_8);
        Optional<Principal> found = Optional.empty();
        for (Known one : known) {
            if (MessageDigest.isEqual(one.token(), given)) {
                found = Optional.of(one.principal());
            }
        }
        return found;
    }
}
