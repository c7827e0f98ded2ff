package dev.evenkeel.store.postgres;

import dev.evenkeel.store.postgres.PostgresTrouble.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Properties;

/**
 * What proves that a data directory is ours and opens it. Kept beside the data with mode 0600 and written before the
 * data, so that there is never a database whose password nobody knows.
 *
 * @param password of the database user {@link #USER}
 * @param port where the server listened last; 0 before the first start
 */
record Identity(String password, int port) {
    static final String USER = "evenkeel";
    static final String DATABASE = "evenkeel";

    static Identity fresh() {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        return new Identity(HexFormat.of().formatHex(secret), 0);
    }

    Identity at(int newPort) {
        return new Identity(password, newPort);
    }

    static Optional<Identity> read(Path file) throws PostgresTrouble {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
            String password = properties.getProperty("password", "");
            int port = Integer.parseInt(properties.getProperty("port", "0"));
            if (!password.isEmpty()) {
                return Optional.of(new Identity(password, port));
            }
        } catch (IOException e) {
            throw Complaint.of("reading " + file, e);
        } catch (IllegalArgumentException e) {
            throw damaged(file);
        }
        throw damaged(file);
    }

    private static PostgresTrouble damaged(Path file) {
        return new PostgresTrouble(
                Code.NOT_OURS,
                file
                        + " is damaged: it must hold password= and port=. Restore it from a backup of the state directory.");
    }

    /** Replaces the file as a whole, on disk when this returns. */
    void write(Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        String text = """
                # Evenkeel's own PostgreSQL: keep together with the directory pg beside this file
                user=%s
                password=%s
                port=%d
                """.formatted(USER, password, port);
        try (var channel = FileChannel.open(unfinished, options, mode)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public String toString() {
        return "Identity[port=" + port + "]";
    }
}
